"""Instructions as texts that no other instruction has."""

import json
import posixpath
import shlex
from collections.abc import Sequence

from stageplan.dockerfile.mount_options import Mount
from stageplan.stages.model import StageInstruction
from stageplan.stages.remote_sources import remote_kind

_TAKES_COMMAND = frozenset({"CMD", "ENTRYPOINT", "HEALTHCHECK", "RUN", "SHELL"})
_END_OF_FLAGS = "--"


def instruction_text(instruction: StageInstruction) -> str:
    """What an instruction does, in one way of writing it: its flags by name, then its words.

    The name after `--from` is left out, for what it names is an input of its own.
    """
    flags = [
        f"--{name}" if value == "true" else f"--{name}={value}"
        for name, value in sorted(instruction.flags, key=lambda flag: flag[0])
        if value != "false" and name != "from"
    ]
    words = _words(instruction)
    if instruction.keyword in _TAKES_COMMAND:
        command = _command(words, is_json=instruction.instruction.is_json)
        # a command line is not quoted, so it must not be taken for a flag
        is_like_flag = bool(flags) or command.startswith(("--", "'--"))
        return " ".join([*map(shlex.quote, flags), *([_END_OF_FLAGS] if is_like_flag else []), command])
    if words and words[0].startswith("--"):
        flags.append(_END_OF_FLAGS)
    return shlex.join((*flags, *words))


def mount_text(mount: Mount) -> str:
    """What a mount shows and where, without the name of what it takes from."""
    fields = (
        ("type", mount.type),
        ("source", mount.source or None),
        ("target", mount.target or None),
        ("id", mount.id or None),
        ("sharing", mount.sharing),
        ("mode", mount.mode),
        ("uid", mount.uid),
        ("gid", mount.gid),
        ("env", mount.env),
        ("size", mount.size or None),
        ("readonly", mount.read_only or None),
        ("required", mount.required or None),
    )
    return shlex.join(f"{name}={value}" for name, value in fields if value is not None)


def _words(instruction: StageInstruction) -> tuple[str, ...]:
    """Its words; the paths of a COPY or ADD as the builder cleans them."""
    if instruction.keyword not in ("ADD", "COPY") or ("parents", "true") in instruction.flags:
        return instruction.words
    *sources, destination = instruction.words
    return (*map(_cleaned, sources), destination)


def _cleaned(source: str) -> str:
    """A path without `.`, doubled slashes and a slash at its end; other sources as they are."""
    if remote_kind(source) or "<<" in source:
        return source
    return posixpath.normpath(f"/{source}").lstrip("/") or "."


def _command(words: Sequence[str], *, is_json: bool) -> str:
    """A command line as it is written; an array as JSON, which no command line is."""
    return json.dumps(words, ensure_ascii=False) if is_json else " ".join(words)

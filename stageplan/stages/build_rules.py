"""What the builder refuses only in a stage that it builds."""

import posixpath
import re

from stageplan.dockerfile.problems import UnlocatedError
from stageplan.dockerfile.quoting import quoted
from stageplan.errors import DockerfileError
from stageplan.stages.model import StageInstruction, StageMount
from stageplan.stages.ports import PortError, check_port
from stageplan.stages.remote_sources import remote_kind
from stageplan.stages.signals import is_signal

_OCTAL = re.compile(r"[0-7]+")
_NUMERIC = re.compile(r"[0-9]+")
_CLAUSE = r"[augo]*(?:[-+=][rstwXxugo]*)+"
_SYMBOLIC = re.compile(f"{_CLAUSE}(?:,{_CLAUSE})*")
_UNDECODED = re.compile(r"[\ud800-\udfff]")
_LARGEST_MODE = 0o7777


def check_mount(mount: StageMount, directory: str | None) -> None:
    """Refuses a mount on the root, and an agent with a source.

    Args:
        mount: the mount.
        directory: the working directory, or None where only the base image knows it.

    Raises:
        DockerfileError: the mount is one of these.
    """
    if mount.mount.type == "ssh" and mount.mount.source:
        message = "ssh does not support source"
        raise UnlocatedError("mount", message, hint="write `id=`").located(mount.source.span)
    if mount.mount.type in ("secret", "ssh"):
        return
    target = mount.mount.target
    if not target.startswith("/"):
        if directory is None:
            return
        target = joined_path(directory, target)
    if target == "/":
        hint = "give `target=` a path below the root"
        raise UnlocatedError("mount", 'invalid mount target "/"', hint=hint).located(mount.source.span)


def check_copy(instruction: StageInstruction) -> None:
    """Refuses what a COPY or ADD cannot do.

    Raises:
        DockerfileError: a COPY names something to download, or a flag does not fit its sources.
    """
    flags = dict(instruction.flags)
    _check_mode(instruction, flags.get("chmod", ""))
    if flags.get("checksum"):
        _check_checksum(instruction)
    if instruction.keyword == "COPY":
        for source in instruction.sources:
            kind = remote_kind(source)
            if kind:
                message = f"source can't be {'a git ref' if kind == 'git' else 'a URL'} for COPY"
                raise UnlocatedError("copy-remote", message, hint="use ADD").located(
                    instruction.instruction.place_of(source)
                )


def working_directory(instruction: StageInstruction, directory: str | None) -> str | None:
    """The directory after an instruction; None where only the base image knows it."""
    if instruction.keyword != "WORKDIR":
        return directory
    path = instruction.words[0]
    if path.startswith("/"):
        return joined_path(path)
    return None if directory is None else joined_path(directory, path)


def joined_path(*parts: str) -> str:
    """The absolute path that the parts make, without `.`, `..` and doubled slashes."""
    return "/" + posixpath.normpath("/".join(("", *parts))).lstrip("/")


def check_settings(instruction: StageInstruction) -> None:
    """Refuses what RUN cannot start, and what EXPOSE, STOPSIGNAL and VOLUME cannot put into an image.

    Raises:
        DockerfileError: a text is not UTF-8, a word is no port, no signal or empty.
    """
    match instruction.keyword:
        case "RUN":
            _check_text(instruction)
        case "EXPOSE":
            for word in instruction.words:
                try:
                    check_port(word)
                except PortError as error:
                    raise _setting("port", str(error), instruction, "write `EXPOSE 8080/tcp`") from None
        case "STOPSIGNAL" if not is_signal(instruction.words[0]):
            message = f"invalid signal: {instruction.words[0]}"
            raise _setting("signal", message, instruction, "write `STOPSIGNAL SIGTERM`")
        case "VOLUME" if "" in instruction.words:
            message = "VOLUME specified can not be an empty string"
            raise _setting("blank-name", message, instruction, "give the variable a value")
        case _:
            pass


def _check_text(instruction: StageInstruction) -> None:
    """Refuses bytes that are not UTF-8; everywhere else the builder puts a replacement for them."""
    written = instruction.instruction
    for text in (written.text, *(heredoc.content for heredoc in written.heredocs)):
        if not text.isascii() and _UNDECODED.search(text):
            message = "string field contains invalid UTF-8"
            raise _setting(
                "not-utf-8", message, instruction, "save the file as UTF-8, or write `printf '\\ooo'`"
            )


def _setting(rule: str, message: str, instruction: StageInstruction, hint: str) -> DockerfileError:
    return UnlocatedError(rule, message, hint=hint).located(instruction.span)


def _check_mode(instruction: StageInstruction, mode: str) -> None:
    is_octal = _OCTAL.fullmatch(mode)
    if (is_octal and int(mode, 8) > _LARGEST_MODE) or (not is_octal and _NUMERIC.fullmatch(mode)):
        message = f"invalid chmod parameter: '{mode}'. it should be octal string and between 0 and 07777"
        place = instruction.instruction.place_of(mode)
        raise UnlocatedError("chmod", message, hint="write `--chmod=755`").located(place)
    if mode and not is_octal and not _SYMBOLIC.fullmatch(mode):
        place = instruction.instruction.place_of(mode)
        raise UnlocatedError("chmod", "invalid syntax", hint="write `--chmod=755`, or `u=rwX,go=rX`").located(
            place
        )


def _check_checksum(instruction: StageInstruction) -> None:
    sources = instruction.sources
    if len(sources) != 1:
        message = "checksum can't be specified for multiple sources"
    elif not remote_kind(sources[0]):
        message = "checksum requires HTTP(S) or Git sources"
    else:
        return
    place = instruction.instruction.span
    raise UnlocatedError("checksum", message, hint="give `--checksum` to an ADD of one address").located(
        place
    )


def later_source(instruction: StageInstruction, mount: StageMount | None, label: str) -> UnlocatedError:
    """The problem of a source that is built after the stage that takes from it.

    Args:
        instruction: what takes it.
        mount: the mount that takes it; None where it is a COPY.
        label: the name of the stage that takes it.
    """
    if mount:
        name, target = quoted(mount.mount.from_ or "scratch"), quoted(mount.mount.target)
        needed = "stage needs to be defined before current command"
        message = f"cannot mount from stage {name} to {target}, {needed}"
    else:
        name = quoted(instruction.copied.name if instruction.copied else "")
        needed = f"it needs to be defined before current stage {quoted(label)}"
        message = f"cannot copy from stage {name}, {needed}"
    return UnlocatedError("stage-order", message, hint="move the stage that is taken from above this one")

"""Flags of an instruction, checked against the ones it knows."""

from collections.abc import Sequence

import msgspec

from stageplan.dockerfile.command_line import FlagWord
from stageplan.dockerfile.keywords import FLAGS, FLAGS_UNREAD, FlagKind
from stageplan.dockerfile.problems import UnlocatedError
from stageplan.errors import did_you_mean


class CheckedFlag(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A flag that its instruction knows.

    Attributes:
        name: the name without `--`.
        value: its value; `true` or `false` for a switch.
        word: the word it was written as.
    """

    name: str
    value: str
    word: FlagWord


def checked_flags(keyword: str, words: Sequence[FlagWord]) -> tuple[CheckedFlag, ...]:
    """The flags of an instruction, in order.

    Raises:
        UnlocatedError: a flag is unknown, stands there twice, or has a value it cannot have.
    """
    if keyword in FLAGS_UNREAD:
        return ()
    known = FLAGS[keyword]
    flags: list[CheckedFlag] = []
    seen: set[str] = set()
    for word in words:
        shown, equals, value = word.text.partition("=")
        name = shown.removeprefix("--")
        if name not in known:
            hint = did_you_mean(shown, [f"--{flag}" for flag in known]) or _known_flags(keyword, known)
            raise UnlocatedError("unknown-flag", f"unknown flag: {shown}", word=shown, hint=hint)
        if name in seen and known[name] != "list":
            raise UnlocatedError(
                "flag-twice", f"duplicate flag specified: {shown}", word=shown, hint="keep one of them"
            )
        seen.add(name)
        read = _flag_value(known[name], shown, value if equals else None)
        flags.append(CheckedFlag(name=name, value=read, word=word))
    return tuple(flags)


def _known_flags(keyword: str, known: dict[str, FlagKind]) -> str:
    if not known:
        return f"{keyword} takes no flags"
    return f"{keyword} knows {', '.join(f'--{name}' for name in sorted(known))}"


def _flag_value(kind: FlagKind, shown: str, value: str | None) -> str:
    if (kind == "switch" and value == "") or (kind != "switch" and value is None):
        message = f"missing a value on flag: {shown}"
        raise UnlocatedError("flag-value", message, word=shown, hint=f"write `{shown}=VALUE`")
    if kind != "switch":
        return value or ""
    switch = (value or "true").lower()
    if switch not in ("true", "false"):
        message = f"expecting boolean value for flag {shown}, not: {value}"
        raise UnlocatedError(
            "flag-value", message, word=shown, hint=f"write `{shown}=true` or `{shown}=false`"
        )
    return switch

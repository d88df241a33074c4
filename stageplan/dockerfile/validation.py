"""What each instruction demands of its flags and arguments, in the builder's order and words."""

import re
from collections.abc import Callable, Sequence

from stageplan.dockerfile.arguments import Arguments
from stageplan.dockerfile.command_line import FlagWord
from stageplan.dockerfile.flags import CheckedFlag, checked_flags
from stageplan.dockerfile.go_numbers import NumberError, duration, integer
from stageplan.dockerfile.heredocs import heredoc_of
from stageplan.dockerfile.keywords import FLAGS
from stageplan.dockerfile.problems import UnlocatedError
from stageplan.dockerfile.quoting import quoted
from stageplan.dockerfile.run_flags import check_run_flags
from stageplan.dockerfile.whitespace import SPACES
from stageplan.errors import did_you_mean

_STAGE_NAME = re.compile(r"[a-z][a-z0-9\-_.]*")
_NAMED_FROM = 3
_MILLISECOND = 1_000_000
_INTERVALS = ("interval", "timeout", "start-period", "start-interval")


def checked_instruction(
    keyword: str, shown: str, flags: Sequence[FlagWord], arguments: Arguments
) -> tuple[CheckedFlag, ...]:
    """The flags of an instruction that the builder accepts.

    Args:
        keyword: which instruction it is, in upper case.
        shown: the keyword as it is written.
        flags: the flag words.
        arguments: what follows them.

    Raises:
        UnlocatedError: the builder refuses the instruction.
    """
    if keyword not in FLAGS:
        raise unknown_instruction(shown)
    return _CHECKS[keyword](keyword, flags, arguments)


def check_trigger(keyword: str) -> None:
    """Refuses the instructions that ONBUILD cannot store.

    Raises:
        UnlocatedError: it is one of them.
    """
    if keyword == "ONBUILD":
        message = "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed"
        raise UnlocatedError("onbuild", message, word=keyword, hint="write ONBUILD once")
    if keyword in ("FROM", "MAINTAINER"):
        message = f"{keyword} isn't allowed as an ONBUILD trigger"
        raise UnlocatedError("onbuild", message, word=keyword, hint="delete the line")


def unknown_instruction(shown: str) -> UnlocatedError:
    """The problem of a keyword that no instruction has."""
    hint = (
        did_you_mean(shown.upper(), FLAGS) or "an instruction starts a line; a continued line ends with `\\`"
    )
    return UnlocatedError("unknown-instruction", f"unknown instruction: {shown}", word=shown, hint=hint)


def stage_name(words: Sequence[str]) -> str | None:
    """The name in the words of a FROM, in lower case, or None where it gives none.

    Raises:
        UnlocatedError: the name is not allowed, the words are neither one nor three, or the second is not AS.
    """
    if len(words) == _NAMED_FROM and words[1].lower() == "as":
        name = words[2].lower()
        if not _STAGE_NAME.fullmatch(name):
            message = (
                f"invalid name for build stage: {quoted(words[2])}, "
                "name can't start with a number or contain symbols"
            )
            hint = "a name is a letter, then letters, digits, '-', '_' and '.'"
            raise UnlocatedError("stage-name", message, word=words[2], hint=hint)
        return name
    if len(words) != 1:
        hint = "write `FROM image` or `FROM image AS name`; a comment needs a line of its own"
        raise UnlocatedError("arity", "FROM requires either one or three arguments", hint=hint)
    return None


def _check_from(keyword: str, flags: Sequence[FlagWord], arguments: Arguments) -> tuple[CheckedFlag, ...]:
    stage_name(arguments.words)
    return checked_flags(keyword, flags)


def _check_files(keyword: str, flags: Sequence[FlagWord], arguments: Arguments) -> tuple[CheckedFlag, ...]:
    if len(arguments.words) <= 1:
        message = (
            f"{keyword} requires at least two arguments, but only one was provided. "
            "Destination could not be determined"
        )
        raise UnlocatedError("arity", message, hint=f"write `{keyword} SOURCE DESTINATION`")
    checked = checked_flags(keyword, flags)
    destination = arguments.words[-1]
    if heredoc_of(destination):
        message = f"{keyword} cannot accept a heredoc as a destination"
        raise UnlocatedError(
            "heredoc-destination", message, word=destination, hint="put the destination last"
        )
    return checked


def _check_names(keyword: str, flags: Sequence[FlagWord], arguments: Arguments) -> tuple[CheckedFlag, ...]:
    checked = checked_flags(keyword, flags)
    if not arguments.pairs:
        raise _too_few(keyword)
    if not all(pair.name for pair in arguments.pairs):
        message = f"{keyword} names can not be blank"
        raise UnlocatedError("blank-name", message, hint=f"write `{keyword} NAME=value`")
    return checked


def _check_one_first(
    keyword: str, flags: Sequence[FlagWord], arguments: Arguments
) -> tuple[CheckedFlag, ...]:
    if len(arguments.words) != 1:
        raise UnlocatedError(
            "arity", f"{keyword} requires exactly one argument", hint=f"write `{keyword} VALUE` on one line"
        )
    return checked_flags(keyword, flags)


def _check_any_first(
    keyword: str, flags: Sequence[FlagWord], arguments: Arguments
) -> tuple[CheckedFlag, ...]:
    if not arguments.words:
        raise _too_few(keyword)
    return checked_flags(keyword, flags)


def _check_flags(keyword: str, flags: Sequence[FlagWord], _: Arguments) -> tuple[CheckedFlag, ...]:
    return checked_flags(keyword, flags)


def _check_run(keyword: str, flags: Sequence[FlagWord], _: Arguments) -> tuple[CheckedFlag, ...]:
    checked = checked_flags(keyword, flags)
    check_run_flags(checked)
    return checked


def _check_volume(keyword: str, flags: Sequence[FlagWord], arguments: Arguments) -> tuple[CheckedFlag, ...]:
    checked = _check_any_first(keyword, flags, arguments)
    if not all(word.strip(SPACES) for word in arguments.words):
        message = "VOLUME specified can not be an empty string"
        raise UnlocatedError("blank-name", message, hint="delete the empty string")
    return checked


def _check_shell(keyword: str, flags: Sequence[FlagWord], arguments: Arguments) -> tuple[CheckedFlag, ...]:
    checked = checked_flags(keyword, flags)
    if not arguments.words:
        raise _too_few(keyword)
    if not arguments.is_json:
        message = "SHELL requires the arguments to be in JSON form"
        raise UnlocatedError("json-strings", message, hint='write `SHELL ["/bin/sh", "-c"]`')
    return checked


def _check_health(keyword: str, flags: Sequence[FlagWord], arguments: Arguments) -> tuple[CheckedFlag, ...]:
    if not arguments.words:
        raise _too_few(keyword)
    kind, *command = arguments.words
    kind = kind.upper()
    if kind == "NONE":
        if command:
            message = "HEALTHCHECK NONE takes no arguments"
            raise UnlocatedError("arity", message, hint="delete what follows NONE")
        return ()
    checked = checked_flags(keyword, flags)
    if kind != "CMD":
        message = f"Unknown type {quoted(kind)} in HEALTHCHECK (try CMD)"
        raise UnlocatedError("health-check", message, hint="write `HEALTHCHECK CMD command`")
    if not command:
        message = "Missing command after HEALTHCHECK CMD"
        raise UnlocatedError("health-check", message, hint="write `HEALTHCHECK CMD command`")
    _check_health_flags({flag.name: flag.value for flag in checked})
    return checked


def _check_health_flags(values: dict[str, str]) -> None:
    for name in _INTERVALS:
        try:
            length = duration(values[name]) if values.get(name) else 0
        except NumberError as error:
            raise UnlocatedError(
                "health-check", str(error), word=values[name], hint="write `30s`, `5m`"
            ) from None
        if length and length < _MILLISECOND:
            message = f"Interval {quoted(name)} cannot be less than 1ms"
            raise UnlocatedError(
                "health-check", message, word=values[name], hint="give at least 1ms, or 0 for none"
            )
    if retries := values.get("retries"):
        try:
            count = integer(retries, bits=32)
        except NumberError as error:
            message = f"strconv.ParseInt: {error}"
            raise UnlocatedError("health-check", message, word=retries, hint="write `--retries=3`") from None
        if count < 0:
            message = f"--retries cannot be negative ({count})"
            raise UnlocatedError("health-check", message, word=retries, hint="write `--retries=3`")


def _too_few(keyword: str) -> UnlocatedError:
    message = f"{keyword} requires at least one argument"
    return UnlocatedError("arity", message, hint=f"delete the line, or write what {keyword} is for")


_CHECKS: dict[str, Callable[[str, Sequence[FlagWord], Arguments], tuple[CheckedFlag, ...]]] = {
    "ADD": _check_files,
    "ARG": _check_names,
    "CMD": _check_flags,
    "COPY": _check_files,
    "ENTRYPOINT": _check_flags,
    "ENV": _check_names,
    "EXPOSE": _check_any_first,
    "FROM": _check_from,
    "HEALTHCHECK": _check_health,
    "LABEL": _check_names,
    "MAINTAINER": _check_one_first,
    "ONBUILD": _check_any_first,
    "RUN": _check_run,
    "SHELL": _check_shell,
    "STOPSIGNAL": _check_one_first,
    "USER": _check_one_first,
    "VOLUME": _check_volume,
    "WORKDIR": _check_one_first,
}

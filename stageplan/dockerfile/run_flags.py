"""What the flags of RUN may say, as far as it is checked before the build."""

from collections.abc import Sequence

from stageplan.dockerfile.flags import CheckedFlag
from stageplan.dockerfile.mount_options import MountError, declared_from, split_fields
from stageplan.dockerfile.problems import UnlocatedError
from stageplan.dockerfile.quoting import quoted
from stageplan.errors import did_you_mean

_NETWORKS = ("default", "none", "host")
_SECURITY = ("sandbox", "insecure")
_BOOLEANS = frozenset(("1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False"))


def check_run_flags(flags: Sequence[CheckedFlag]) -> None:
    """Refuses values that no RUN has; of a mount only `from` is looked at before its stage is built.

    Raises:
        UnlocatedError: a value is unknown.
    """
    for flag in flags:
        if flag.name == "device":
            _check_device(flag.value)
    for flag in flags:
        if flag.name == "mount":
            _check_mount(flag.value)
    for flag in flags:
        if flag.name == "network" and flag.value not in _NETWORKS:
            message = f"invalid network mode {quoted(flag.value)}"
            raise UnlocatedError("run-flag", message, word=flag.word.text, hint="write none, host or default")
    for flag in flags:
        if flag.name == "security" and flag.value not in _SECURITY:
            message = f"security {quoted(flag.value)} is not valid"
            raise UnlocatedError("run-flag", message, word=flag.word.text, hint="write sandbox or insecure")


def _check_mount(text: str) -> None:
    try:
        declared_from(text)
    except MountError as error:
        hint = error.hint or "name a stage that has `FROM ${ARG} AS name` instead"
        raise UnlocatedError("mount", str(error), word=text, hint=hint) from None


def _check_device(text: str) -> None:
    try:
        fields = split_fields(text)
    except MountError as error:
        raise UnlocatedError("device", str(error).replace("mounts", "devices", 1), word=text) from None
    name = ""
    for field in fields:
        key, equals, value = field.partition("=")
        key = key.lower()
        if key == "required" and (not equals or value in _BOOLEANS):
            continue
        if key == "required":
            raise UnlocatedError(
                "device", f"invalid value for {key}: {value}", word=text, hint="write true or false"
            )
        if key == "name" and equals:
            if name:
                raise UnlocatedError(
                    "device", f"device name already set to {name}", word=text, hint="give one name"
                )
            name = value
        elif not name:
            name = field
        elif equals:
            message = f"unexpected key '{key}' in '{field}'"
            raise UnlocatedError("device", message, word=text, hint=did_you_mean(key, ("name", "required")))
        else:
            message = f"invalid field '{field}' must be a key=value pair"
            raise UnlocatedError("device", message, word=text, hint="write `--device=name=NAME,required`")

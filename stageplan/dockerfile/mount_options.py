"""The value of `RUN --mount`: one CSV record of `key=value` fields.

The builder reads it twice. When the file is parsed, only `from` is looked at, as it is written, for it
decides which stages are needed. When the instruction is built, every value is expanded and checked: a mistake
in a stage that nothing needs goes unnoticed.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, TypeVar, get_args

from stageplan.dockerfile.memory_sizes import parse_memory_size
from stageplan.dockerfile.quoting import quoted
from stageplan.errors import did_you_mean

MountType = Literal["bind", "cache", "tmpfs", "secret", "ssh"]
Sharing = Literal["shared", "private", "locked"]

Choice = TypeVar("Choice", MountType, Sharing)

_TYPES: dict[str, MountType] = {name: name for name in get_args(MountType)}
_SHARINGS: dict[str, Sharing] = {name: name for name in get_args(Sharing)}
_KEYS = {
    "type": "type",
    "from": "from_",
    "source": "source",
    "src": "source",
    "target": "target",
    "dst": "target",
    "destination": "target",
    "readonly": "readonly",
    "ro": "readonly",
    "readwrite": "readwrite",
    "rw": "readwrite",
    "required": "required",
    "size": "size",
    "id": "id",
    "sharing": "sharing",
    "mode": "mode",
    "uid": "uid",
    "gid": "gid",
    "env": "env",
}
_FLAGS = ("readonly", "readwrite", "required")
_BOOLEANS = dict.fromkeys(("1", "t", "T", "TRUE", "true", "True"), True) | dict.fromkeys(
    ("0", "f", "F", "FALSE", "false", "False"), False
)
_QUOTED_TEXT = re.compile(r'(?:[^"]|"")*+')
_NUMBERS = {8: re.compile(r"0*([0-7]{0,11})"), 10: re.compile(r"0*([0-9]{0,10})")}
_LARGEST_NUMBER = 2**32 - 1


class MountError(ValueError):
    """A value that the builder refuses; the text is the builder's.

    Attributes:
        hint: the word that may be meant, as a sentence, or None.
    """

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(slots=True, kw_only=True)
class _Fields:
    """What the fields say, while they are read in order."""

    type: MountType = "bind"
    from_: str = ""
    source: str = ""
    target: str = ""
    read_only: bool | None = None
    id: str = ""
    sharing: Sharing | None = None
    mode: int | None = None
    uid: int | None = None
    gid: int | None = None
    env: str | None = None
    required: bool = False
    size: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Mount:
    """One mount of a RUN instruction.

    Attributes:
        type: what kind of mount.
        from_: stage, image or named context that it shows; "" for the kind's default.
        source: path in there; for a secret, its id.
        target: path in the container.
        read_only: whether the command may not write to it.
        id: of the cache, the secret or the agent.
        sharing: of a cache, or None where it is not said.
        mode: permission bits, or None.
        uid: owner, or None.
        gid: group, or None.
        env: the variable that gets the secret, "" for one named after it, or None for a file.
        required: without the secret or the agent the build fails.
        size: of a tmpfs in bytes, 0 for no limit.
    """

    type: MountType
    from_: str
    source: str
    target: str
    read_only: bool
    id: str
    sharing: Sharing | None
    mode: int | None
    uid: int | None
    gid: int | None
    env: str | None
    required: bool
    size: int


def declared_from(text: str) -> str:
    """What `from` names, as it is written; "" where it is not given.

    Raises:
        MountError: the text is no CSV record, or `from` holds a variable.
    """
    from_ = ""
    for field in split_fields(text):
        key, equals, value = field.partition("=")
        if not equals or key.lower() != "from":
            continue
        if "$" in value[:-1]:
            raise MountError("'from' doesn't support variable expansion, define alias stage instead")
        from_ = value
    return from_


def parse_mount(text: str, expand: Callable[[str], str]) -> Mount:
    """The mount that a text describes.

    Args:
        text: the value of `--mount`.
        expand: replaces the variables of one value; what it raises goes through.

    Raises:
        MountError: the text is no CSV record, a key or value is unknown, or two of them do not go together.
    """
    fields = _Fields()
    for field in split_fields(text):
        key, equals, value = field.partition("=")
        key = key.lower()
        if equals:
            _set_value(fields, key, expand(value), field)
        else:
            _set_flag(fields, key, field)
    _check_together(fields)
    read_only = fields.read_only
    if read_only is None:
        read_only = fields.type not in ("cache", "tmpfs")
    return Mount(
        type=fields.type,
        from_=fields.from_,
        source=fields.source,
        target=fields.target,
        read_only=read_only,
        id=fields.id,
        sharing=fields.sharing,
        mode=fields.mode,
        uid=fields.uid,
        gid=fields.gid,
        env=fields.env,
        required=fields.required,
        size=fields.size,
    )


def split_fields(text: str) -> tuple[str, ...]:
    """The fields of one CSV record; a field in double quotes may hold commas, and `""` for a quote.

    Raises:
        MountError: the text is empty, or a quote is not where it may be.
    """
    line = re.sub(r"\r?\n\Z", "", text)
    if not line:
        raise MountError("failed to parse csv mounts: EOF")
    fields: list[str] = []
    at = 0
    while True:
        field, end = _quoted_field(line, at) if line.startswith('"', at) else _plain_field(line, at)
        fields.append(field)
        if end == len(line):
            return tuple(fields)
        at = end + 1


def _plain_field(line: str, start: int) -> tuple[str, int]:
    """A field without quotes, and where it ends."""
    comma = line.find(",", start)
    end = len(line) if comma < 0 else comma
    quote = line.find('"', start, end)
    if quote >= 0:
        raise _csv_error(line, quote, 'bare " in non-quoted-field')
    return line[start:end], end


def _quoted_field(line: str, start: int) -> tuple[str, int]:
    """A field in quotes, and where it ends."""
    match = _QUOTED_TEXT.match(line, start + 1)
    text, end = (match[0], match.end()) if match else ("", start + 1)
    if end == len(line):
        last_pair = text.rfind('""')
        column = start + 1 + (0 if last_pair < 0 else last_pair + 2)
        raise _csv_error(line, column, 'extraneous or missing " in quoted-field')
    if line[end + 1 : end + 2] not in ("", ","):
        raise _csv_error(line, end, 'extraneous or missing " in quoted-field')
    return text.replace('""', '"'), end + 1


def _csv_error(line: str, offset: int, why: str) -> MountError:
    """An error at a place of the record, which the builder counts in bytes."""
    column = len(line[:offset].encode("utf-8", "surrogateescape")) + 1
    return MountError(f"failed to parse csv mounts: parse error on line 1, column {column}: {why}")


def _set_flag(fields: _Fields, key: str, field: str) -> None:
    """Takes a field without a value."""
    name = _KEYS.get(key)
    if name not in _FLAGS:
        raise MountError(f"invalid field '{field}' must be a key=value pair")
    if name == "required":
        _check_kind(fields, key, ("secret", "ssh"))
        fields.required = True
    else:
        fields.read_only = name == "readonly"


def _set_value(fields: _Fields, key: str, value: str, field: str) -> None:
    """Takes a field with its expanded value."""
    match _KEYS.get(key):
        case None:
            raise MountError(f"unexpected key '{key}' in '{field}'", did_you_mean(key, _KEYS))
        case "type":
            fields.type = _chosen(value, _TYPES, "mount type")
        case "sharing":
            fields.sharing = _chosen(value, _SHARINGS, "sharing value")
        case "readonly" | "readwrite" as name:
            fields.read_only = _boolean(key, value) is (name == "readonly")
        case "required":
            _check_kind(fields, key, ("secret", "ssh"))
            fields.required = _boolean(key, value)
        case "size":
            _check_kind(fields, key, ("tmpfs",))
            fields.size = _size(key, value)
        case "mode" | "uid" | "gid" as name:
            setattr(fields, name, _number(key, value, base=8 if name == "mode" else 10))
        case text:
            setattr(fields, text, value)


def _check_kind(fields: _Fields, key: str, kinds: Iterable[MountType]) -> None:
    """Refuses a key that the type, as far as it is known here, does not have."""
    if fields.type not in kinds:
        raise MountError(f"unexpected key '{key}' for mount type '{fields.type}'")


def _chosen(value: str, known: dict[str, Choice], what: str) -> Choice:
    if value.lower() not in known:
        raise MountError(f"unsupported {what} {quoted(value)}", did_you_mean(value, known))
    return known[value.lower()]


def _boolean(key: str, value: str) -> bool:
    if value not in _BOOLEANS:
        raise MountError(f"invalid value for {key}: {value}")
    return _BOOLEANS[value]


def _size(key: str, value: str) -> int:
    size = parse_memory_size(value)
    if size is None:
        raise MountError(f"invalid value for {key}: {value}")
    return size


def _number(key: str, value: str, *, base: int) -> int:
    match = _NUMBERS[base].fullmatch(value)
    number = int(match[1] or "0", base) if match and value else None
    if number is None or number > _LARGEST_NUMBER:
        raise MountError(f"invalid value {value} for {key}")
    return number


def _check_together(fields: _Fields) -> None:
    """Refuses what its type does not allow."""
    if fields.type in ("bind", "tmpfs"):
        for key, number in (("mode", fields.mode), ("uid", fields.uid), ("gid", fields.gid)):
            if number is not None:
                raise MountError(f'{key} not allowed for "{fields.type}" type mounts')
    if fields.type == "secret":
        _check_secret(fields)
    if fields.sharing is not None and fields.type != "cache":
        raise MountError(f"invalid cache sharing set for {fields.type} mount")


def _check_secret(fields: _Fields) -> None:
    if fields.from_:
        raise MountError("secret mount should not have a from")
    if fields.sharing is not None:
        raise MountError("secret mount should not define sharing")
    if not (fields.source or fields.target or fields.id):
        raise MountError("invalid secret mount. one of source, target required")
    if fields.source and fields.id:
        raise MountError("both source and id can't be set")

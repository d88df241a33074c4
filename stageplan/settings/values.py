"""What may stand on the right of a setting, and how it is read."""

from collections.abc import Mapping
from typing import Literal

Kind = Literal["text", "texts", "pairs", "flag", "split"]
Value = str | bool | tuple[str, ...]

_SPLITS = ("stages", "all", "targets")

# How messages name each kind, and how one is written.
WORDS: Mapping[Kind, str] = {
    "text": "a text",
    "texts": "a text or a list of texts",
    "pairs": "a table of texts or a list of texts",
    "flag": "true or false",
    "split": "one of 'stages', 'all' and 'targets'",
}
EXAMPLES: Mapping[Kind, str] = {
    "text": '"…"',
    "texts": '["…", "…"]',
    "pairs": '{ NAME = "…" }',
    "flag": "true",
    "split": '"stages"',
}


def read_value(value: object, kind: Kind) -> Value | None:
    """The value as the command line would have it, or None where it is of another kind."""
    match kind, value:
        case "text", str() if value:
            return value
        case "flag", bool():
            return value
        case "split", str() if value in _SPLITS:
            return value
        case (("texts" | "pairs"), list()):
            return tuple(value) if all(isinstance(part, str) for part in value) else None
        case "texts", str():
            return (value,)
        case "pairs", dict():
            return _pairs(value)
        case _:
            return None


def _pairs(table: Mapping[str, object]) -> tuple[str, ...] | None:
    """Each entry as `NAME=VALUE`; whole numbers are taken as they are written."""
    if any(isinstance(value, bool) or not isinstance(value, str | int) for value in table.values()):
        return None
    return tuple(f"{name}={value}" for name, value in table.items())

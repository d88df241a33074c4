"""Numbers and durations as the builder's own language reads them."""

import re

from stageplan.dockerfile.quoting import quoted

_INTEGER = re.compile(r"[+-]?[0-9]+")
_MANTISSA = re.compile(r"[0-9]*\.?[0-9]*")
_UNIT = re.compile(r"[^.0-9]+")
_UNITS = {
    "ns": 1,
    "us": 1_000,
    "\u00b5s": 1_000,
    "\u03bcs": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60_000_000_000,
    "h": 3_600_000_000_000,
}
_MOST_DIGITS = 19


class NumberError(ValueError):
    """A text that is no such number; the text is the builder's."""


def integer(text: str, *, bits: int = 64) -> int:
    """The signed decimal number; leading zeros and a plus sign are fine, underscores and blanks are not.

    Raises:
        NumberError: the text is none, or does not fit.
    """
    if not _INTEGER.fullmatch(text):
        raise NumberError(f"parsing {quoted(text)}: invalid syntax")
    digits = text.lstrip("+-").lstrip("0") or "0"
    if len(digits) <= _MOST_DIGITS:
        number = -int(digits) if text.startswith("-") else int(digits)
        if -(2 ** (bits - 1)) <= number < 2 ** (bits - 1):
            return number
    raise NumberError(f"parsing {quoted(text)}: value out of range")


def duration(text: str) -> int:
    """The nanoseconds of a duration such as `1h30m`.

    Raises:
        NumberError: the text is none.
    """
    rest = text[1:] if text[:1] in ("-", "+") and text else text
    if rest == "0":
        return 0
    if not rest:
        raise NumberError(f"time: invalid duration {quoted(text)}")
    total = 0
    while rest:
        mantissa = _MANTISSA.match(rest)
        digits = mantissa[0] if mantissa else ""
        if not digits.strip("."):
            raise NumberError(f"time: invalid duration {quoted(text)}")
        unit = _UNIT.match(rest, len(digits))
        if not unit:
            raise NumberError(f"time: missing unit in duration {quoted(text)}")
        if unit[0] not in _UNITS:
            raise NumberError(f"time: unknown unit {quoted(unit[0])} in duration {quoted(text)}")
        total += _nanoseconds(digits, _UNITS[unit[0]])
        if total >= 2**63:
            raise NumberError(f"time: invalid duration {quoted(text)}")
        rest = rest[unit.end() :]
    return -total if text.startswith("-") else total


def _nanoseconds(digits: str, unit: int) -> int:
    """The number times the unit, cut to whole nanoseconds; too large a number is 2**63."""
    whole, _, fraction = digits.partition(".")
    whole = whole.lstrip("0")
    if len(whole) > _MOST_DIGITS:
        return 2**63
    fraction = fraction[:_MOST_DIGITS]
    tens: int = 10 ** len(fraction)
    return int(whole or "0") * unit + int(fraction or "0") * unit // tens

"""Sizes of memory as Docker's options take them: `64m`, `1.5 GiB`, `1024`."""

import math
import re

_DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_HEXADECIMAL = re.compile(r"[+-]?0[xX](?:[0-9a-fA-F]+\.?[0-9a-fA-F]*|\.[0-9a-fA-F]+)[pP][+-]?[0-9]+")
_SUFFIX = re.compile(r"(?P<unit>[kmgtp])(?:b|ib)?|b?")
_POWERS = {"k": 1, "m": 2, "g": 3, "t": 4, "p": 5}
_LARGEST = 2**63 - 1


def parse_memory_size(text: str) -> int | None:
    """The number of bytes, or None where the text is no size.

    Units are powers of 1024 in either case, with or without `b` or `iB`, one blank allowed before them.
    """
    last_digit = max(map(text.rfind, "0123456789. "))
    if last_digit < 0:
        return None
    number = _number(text[:last_digit] if text[last_digit] == " " else text[: last_digit + 1])
    suffix = _SUFFIX.fullmatch(text[last_digit + 1 :].lower())
    if number is None or suffix is None:
        return None
    return int(min(number * 1024 ** _POWERS.get(suffix["unit"], 0), _LARGEST))


def _number(text: str) -> float | None:
    """The number that is written, or None where it is none, negative or too large."""
    try:
        if _DECIMAL.fullmatch(text):
            number = float(text)
        elif _HEXADECIMAL.fullmatch(text):
            number = float.fromhex(text)
        else:
            return None
    except OverflowError:  # only hexadecimal numbers; a decimal one becomes infinite
        return None
    return number if 0 <= number < math.inf else None

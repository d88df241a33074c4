"""How many bytes something may take."""

import re
from collections.abc import Mapping
from typing import Final

from stageplan.errors import UsageError

_SIZE = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,3})?) ?([kmgt]i?)?b", re.IGNORECASE)
_BYTES: Final[Mapping[str, int]] = {
    "": 1,
    **{f"{letter}": 1000**power for power, letter in enumerate("kmgt", start=1)},
    **{f"{letter}i": 1024**power for power, letter in enumerate("kmgt", start=1)},
}


def parse_size(text: str) -> int:
    """The bytes of a size such as `20GB`, `1.5TB` or `500MiB`; a thousand to a step, but for the `i`.

    Raises:
        UsageError: it is none.
    """
    found = _SIZE.fullmatch(text)
    if found is None:
        raise UsageError("bad-size", f"'--max-size {text}' is no size", hint="write it as 20GB or 500MiB")
    return round(float(found[1]) * _BYTES[(found[2] or "").lower()])

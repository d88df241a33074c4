"""How old something may be."""

import re
from collections.abc import Mapping
from typing import Final

from stageplan.errors import UsageError

_AGE = re.compile(r"([0-9]{1,5})([a-z]+)")
_SECONDS: Final[Mapping[str, int]] = {"m": 60, "h": 3600, "d": 86_400, "w": 604_800}


def parse_age(text: str, *, option: str = "--max-age") -> int:
    """The seconds of an age such as `90m`, `12h`, `7d` or `2w`, given by that option.

    Raises:
        UsageError: it is none.
    """
    found = _AGE.fullmatch(text)
    if found is None or found[2] not in _SECONDS or not int(found[1]):
        raise UsageError("bad-age", f"'{option} {text}' is no age", hint="write it as 90m, 12h, 7d or 2w")
    return int(found[1]) * _SECONDS[found[2]]

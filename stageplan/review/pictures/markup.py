"""Elements and text as XML and HTML hold them."""

import re
from collections.abc import Mapping

_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"}


def text(words: str) -> str:
    """The words with markup escaped; what XML cannot hold becomes a question mark."""
    return "".join(_ESCAPES.get(letter, letter) for letter in _FORBIDDEN.sub("?", words))


def element(name: str, attributes: Mapping[str, object], *content: str) -> str:
    """An element.

    Args:
        name: of the element.
        attributes: as they are meant; escaped here, numbers rounded to a hundredth.
        content: markup, as it stands.
    """
    written = "".join(f' {key}="{_value(value)}"' for key, value in attributes.items())
    inside = "".join(content)
    return f"<{name}{written}>{inside}</{name}>" if inside else f"<{name}{written}/>"


def _value(value: object) -> str:
    return f"{round(value, 2):g}" if isinstance(value, float) else text(str(value))

"""How wide text is in a fixed-width font, which every reader's machine has one of."""

import unicodedata

NAME_SIZE = 13.0
BASE_SIZE = 11.0
_ADVANCE = 0.61  # of the font size; the widest of the usual fonts


def text_width(text: str, size: float) -> float:
    """The width in pixels."""
    return _cells(text) * size * _ADVANCE


def fitted(text: str, size: float, width: float) -> str:
    """The text, its end replaced by an ellipsis where it is wider."""
    if text_width(text, size) <= width:
        return text
    while text and text_width(f"{text}…", size) > width:
        text = text[:-1]
    return f"{text}…"


def _cells(text: str) -> int:
    """East Asian wide characters take two places."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)

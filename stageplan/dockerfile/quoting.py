"""Text in double quotes, as the messages of a build show it."""

import re
import unicodedata

_NAMED = {
    "\a": r"\a",
    "\b": r"\b",
    "\f": r"\f",
    "\n": r"\n",
    "\r": r"\r",
    "\t": r"\t",
    "\v": r"\v",
    '"': r"\"",
    "\\": r"\\",
}
_PLAIN = re.compile(r"""[ !#-\[\]-~]*""")
_FIRST_ESCAPED_BYTE, _LAST_ESCAPED_BYTE = 0xDC80, 0xDCFF


def quoted(text: str) -> str:
    """The text in double quotes, with everything unprintable written as an escape.

    A byte that is not UTF-8 (a lone surrogate, as `surrogateescape` decodes it) shows as its two hex digits.
    """
    if _PLAIN.fullmatch(text):
        return f'"{text}"'
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(char: str) -> str:
    """One character as it stands between double quotes."""
    code = ord(char)
    if char in _NAMED:
        return _NAMED[char]
    if code < ord(" ") or code == 0x7F:  # noqa: PLR2004 - the last ASCII control character
        return f"\\x{code:02x}"
    if _FIRST_ESCAPED_BYTE <= code <= _LAST_ESCAPED_BYTE:
        return f"\\x{code - 0xDC00:02x}"
    if char == " " or unicodedata.category(char)[0] in "LMNPS":
        return char
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004 - the basic plane

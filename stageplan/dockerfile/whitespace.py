"""White space as the builder sees it: not what Python's `str.strip` takes away."""

import re

SPACES = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)

BLANKS = re.compile(r"[\t\v\f\r ]+")
"""What separates a keyword from its arguments and plain words from each other."""


def words_at_blanks(text: str) -> tuple[str, ...]:
    """The words of a text without outer white space; none for an empty text."""
    return tuple(BLANKS.split(text)) if text else ()

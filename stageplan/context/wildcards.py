"""The wildcards of `COPY` and `ADD` sources: `*`, `?`, `[a-z]`, backslash, as Go's `path.Match` has them."""

import re

# stars and what follows up to the next; a star inside brackets is no star
_CHUNK = re.compile(r"\**(?:\\.|\\\Z|\[(?:\\.|[^\]\\])*\]?|[^*\\\[])+", re.DOTALL)
BAD_PATTERN = "syntax error in pattern"


class PatternError(ValueError):
    """A pattern that is not closed, or ends in an escape; the text is the builder's.

    Attributes:
        pattern: the pattern, or "" where the caller knows it.
    """

    def __init__(self, message: str, pattern: str = "") -> None:
        super().__init__(message)
        self.pattern = pattern


def has_wildcards(text: str) -> bool:
    """Whether a path is a pattern: one of `*?[` stands in it without a backslash before it."""
    return re.search(r"[*?\[]", re.sub(r"\\.", "", text, flags=re.DOTALL)) is not None


def compile_wildcards(pattern: str) -> re.Pattern[str]:
    """What matches the paths that the pattern names, whole and with `/` only where the pattern has it.

    Raises:
        PatternError: the pattern is none.
    """
    first, *after_stars = _between_stars(pattern)
    # what follows a star is taken where it is found first; only the last may be found again
    middle = [f"(?>[^/]*?{part})" for part in after_stars[:-1]]
    last = [f"[^/]*{part}" for part in after_stars[-1:]]
    return re.compile("".join([first, *middle, *last]) + r"\Z")


def _between_stars(pattern: str) -> list[str]:
    """What stands before the first star and behind each one, as regular expressions."""
    parts = [""]
    at = 0
    while at < len(pattern):
        char = pattern[at]
        if char == "*":
            text, at = "", at + 1
            parts.append("")
        elif char == "?":
            text, at = "[^/]", at + 1
        elif char == "[":
            text, at = _class(pattern, at + 1)
        else:
            literal, at = _char(pattern, at)
            text = re.escape(literal)
        parts[-1] += text
    return parts


def check_start(pattern: str) -> None:
    """Checks as much of a pattern as the builder does beforehand: it compares it with `.` until that fails.

    Raises:
        PatternError: what was looked at is no pattern.
    """
    rest = "."
    for chunk in _CHUNK.findall(pattern):
        if not compile_wildcards(chunk.lstrip("*")).match(rest) or not rest:
            return
        rest = ""


def character_class(ranges: list[tuple[str, str]], *, negated: bool) -> str:
    """A class of a regular expression that holds the characters of these ranges."""
    inside = "".join(f"{re.escape(low)}-{re.escape(high)}" for low, high in ranges if low <= high)
    if not inside:  # only ranges that hold nothing
        return r"[\s\S]" if negated else r"(?!)"
    return f"[{'^' if negated else ''}{inside}]"


def _class(pattern: str, at: int) -> tuple[str, int]:
    """A class whose bracket is open at this place, and where it ends."""
    negated = pattern.startswith("^", at)
    at += negated
    ranges: list[tuple[str, str]] = []
    while not (ranges and pattern.startswith("]", at)):
        low, at = _class_char(pattern, at)
        high = low
        if pattern.startswith("-", at):
            high, at = _class_char(pattern, at + 1)
        ranges.append((low, high))
    return character_class(ranges, negated=negated), at + 1


def _class_char(pattern: str, at: int) -> tuple[str, int]:
    """One end of a range, and where it ends; a class must go on behind it."""
    if pattern[at : at + 1] in ("", "-", "]"):
        raise PatternError(BAD_PATTERN)
    char, at = _char(pattern, at)
    if at == len(pattern):
        raise PatternError(BAD_PATTERN)
    return char, at


def _char(pattern: str, at: int) -> tuple[str, int]:
    """A character, escaped or not, and where it ends."""
    if pattern[at] != "\\":
        return pattern[at], at + 1
    if at + 1 == len(pattern):
        raise PatternError(BAD_PATTERN)
    return pattern[at + 1], at + 2

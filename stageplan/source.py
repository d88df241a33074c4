"""Where something stands in a text, and how that place is shown to a person."""

from collections.abc import Sequence
from typing import ClassVar

import msgspec

_LONGEST, _BEFORE = 160, 40


class Span(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A piece of one or more lines of a file.

    Attributes:
        path: the file as the user named it.
        line: first line, counted from 1.
        column: first column on that line, counted from 1, in characters.
        end_line: last line, counted from 1; `line` for a piece of one line.
        width: how many characters the piece has on its first line, at least 1.
    """

    path: str
    line: int
    column: int = 1
    end_line: int = 0
    width: int = 1

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


class Placed(msgspec.Struct, frozen=True, kw_only=True, gc=False, eq=False):
    """What stands somewhere; two are equal though they stand in different places."""

    PLACES: ClassVar[frozenset[str]] = frozenset({"span", "origins"})

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self._what() == other._what()

    def __hash__(self) -> int:
        return hash(self._what())

    def _what(self) -> tuple[object, ...]:
        return tuple(getattr(self, name) for name in self.__struct_fields__ if name not in self.PLACES)


def excerpt(text: str, span: Span) -> str:
    """The first line of a span with carets under it, without a line end; a long line is cut around the span.

    Args:
        text: the whole file.
        span: a place in it; a line past the end gives an empty excerpt.
    """
    return excerpt_of(text.split("\n"), span)


def excerpt_of(lines: Sequence[str], span: Span) -> str:
    """The same of a file that is split into its lines already."""
    if not 1 <= span.line <= len(lines):
        return ""
    line = lines[span.line - 1].rstrip("\r").expandtabs(1)
    prefix = f"{span.line} | "
    start = max(0, span.column - _BEFORE) if len(line) > _LONGEST else 0
    visible = line[start : start + _LONGEST]
    before = span.column - 1 - start
    carets = "^" * max(1, min(span.width, len(visible) - before))
    return f"{prefix}{visible}\n{' ' * (len(prefix) + before)}{carets}"

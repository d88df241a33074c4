"""Physical lines and the logical lines that continuations make of them."""

from collections.abc import Sequence

import msgspec

from stageplan.dockerfile.whitespace import SPACES

MAX_LINE_BYTES = 65_535
_BYTE_ORDER_MARK = "\ufeff"


class Origin(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Where a piece of a logical line comes from.

    Attributes:
        offset: where the piece begins in the logical line.
        line: the physical line it stands on.
        column: its first column there, counted from 1.
    """

    offset: int
    line: int
    column: int


class LogicalLine(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One line after comments, blank lines and continuations are gone.

    Attributes:
        text: what the builder reads.
        origins: its pieces, one per physical line, in order.
        end_line: the last physical line that belongs to it.
        blank_line: a blank line inside the continuation, or None.
    """

    text: str
    origins: tuple[Origin, ...]
    end_line: int
    blank_line: int | None = None


def decoded(data: bytes) -> str:
    """The text of a file without a byte-order mark; a byte that is not UTF-8 becomes a lone surrogate."""
    return data.decode(errors="surrogateescape").removeprefix(_BYTE_ORDER_MARK)


def physical_lines(data: bytes) -> tuple[list[str], bool]:
    r"""The lines of a file, and whether a line that is too long for the builder ends them early.

    Lines end at `\n` only and come without it; a `\r` stays. A byte that is not UTF-8 becomes a lone
    surrogate.
    """
    raw = data.split(b"\n")
    if not raw[-1]:
        raw.pop()
    too_long = next((index for index, line in enumerate(raw) if len(line) > MAX_LINE_BYTES), None)
    lines = [line.decode(errors="surrogateescape") for line in raw[:too_long]]
    if lines:
        lines[0] = lines[0].removeprefix(_BYTE_ORDER_MARK)
    return lines, too_long is not None


class LineCursor:
    """Takes logical lines, and the bodies of here-documents, off the front of a file."""

    def __init__(self, lines: Sequence[str], escape: str) -> None:
        self._lines = lines
        self._escape = escape
        self.taken = 0

    def logical_line(self) -> LogicalLine | None:
        """The next one that is neither blank nor a comment, or None at the end of the file."""
        while self.taken < len(self._lines):
            line = self._take().lstrip(SPACES)
            if line.startswith("#"):
                continue
            text, is_open = self._without_continuation(line)
            if text or is_open:
                return self._joined(text, is_open=is_open)
        return None

    def heredoc_body(self, terminator: str, *, strip_tabs: bool) -> str | None:
        """The raw lines up to the terminator, which is taken too; None where the file ends before it."""
        start = self.taken
        while self.taken < len(self._lines):
            line = self._take()
            if (line.lstrip("\t") if strip_tabs else line) == terminator:
                return "".join(f"{body}\n" for body in self._lines[start : self.taken - 1])
        return None

    def _take(self) -> str:
        """The next physical line without the carriage returns at its end."""
        self.taken += 1
        return self._lines[self.taken - 1].rstrip("\r")

    def _without_continuation(self, line: str) -> tuple[str, bool]:
        """The line without an escape token at its end, and whether there was one."""
        visible = line.rstrip(" \t")
        if visible.endswith(self._escape) and not visible[:-1].endswith(self._escape):
            return visible[:-1], True
        return line, False

    def _joined(self, first: str, *, is_open: bool) -> LogicalLine:
        """The line and those that continue it; comments and blank lines between them drop out."""
        raw = self._lines[self.taken - 1]
        column = len(raw) - len(raw.lstrip(SPACES)) + 1
        pieces = [first]
        origins = [Origin(offset=0, line=self.taken, column=column)]
        offset = len(first)
        blank_line = None
        while is_open and self.taken < len(self._lines):
            line = self._take()
            visible = line.lstrip(SPACES)
            if visible.startswith("#"):
                continue
            if not visible:
                blank_line = self.taken
                continue
            piece, is_open = self._without_continuation(line)
            origins.append(Origin(offset=offset, line=self.taken, column=1))
            pieces.append(piece)
            offset += len(piece)
        return LogicalLine(
            text="".join(pieces), origins=tuple(origins), end_line=self.taken, blank_line=blank_line
        )

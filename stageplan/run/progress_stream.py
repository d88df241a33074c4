"""BuildKit's progress as `docker buildx build --progress=rawjson` writes it.

Newer buildx writes one JSON value a line; buildx 0.13 indents them over many lines. Between them stand
the words of buildx itself. Source: `client.SolveStatus` of BuildKit.
"""

from datetime import datetime

import msgspec


class Vertex(msgspec.Struct, frozen=True):
    """One event of a vertex: it was announced, started, completed, or all of it."""

    digest: str
    name: str = ""
    started: datetime | None = None
    completed: datetime | None = None
    cached: bool = False
    error: str = ""


class Status(msgspec.Struct, frozen=True):
    """How far a piece of a vertex's work is, in bytes where it has a total."""

    id: str
    vertex: str = ""
    current: int = 0
    total: int = 0


class Log(msgspec.Struct, frozen=True):
    """What a vertex wrote."""

    vertex: str = ""
    data: bytes = b""


class BuilderWarning(msgspec.Struct, frozen=True):
    """What the builder warns of."""

    vertex: str = ""
    short: bytes = b""


class SolveStatus(msgspec.Struct, frozen=True):
    """One report of the builder; a list that is empty is left out."""

    vertexes: tuple[Vertex, ...] = ()
    statuses: tuple[Status, ...] = ()
    logs: tuple[Log, ...] = ()
    warnings: tuple[BuilderWarning, ...] = ()


class ProgressStream:
    """Puts lines together to reports of the builder; any other line is words."""

    def __init__(self) -> None:
        self._decoder = msgspec.json.Decoder(SolveStatus)
        self._pending: list[bytes] = []

    def feed(self, line: bytes) -> SolveStatus | str | None:
        """The report that ends with this line, the line as words, or None within a report."""
        if self._pending:
            return self._continue(line)
        if not line.startswith(b"{"):
            return _words(line)
        if line.rstrip() == b"{":
            self._pending = [line]
            return None
        try:
            return self._decoder.decode(line)
        except msgspec.DecodeError:
            return _words(line)

    def end(self) -> str | None:
        """What was begun and never came to its end, as words."""
        rest, self._pending = b"".join(self._pending), []
        return _words(rest) if rest else None

    def _continue(self, line: bytes) -> SolveStatus | str | None:
        """An indented report ends with a brace that stands first in its line."""
        self._pending.append(line)
        if not line.startswith(b"}"):
            return None
        text, self._pending = b"".join(self._pending), []
        try:
            return self._decoder.decode(text)
        except msgspec.DecodeError:
            return _words(text)


def _words(line: bytes) -> str:
    return line.decode("utf-8", "replace").rstrip()

"""What a build's progress says about its instructions, bytes and failures."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime

from stageplan.run.progress_stream import Log, SolveStatus, Status, Vertex
from stageplan.run.vertex_names import VertexName, vertex_name

LOG_LINES = 20

_CACHE_TRANSFERS = ("exporting cache", "importing cache")
_LAYER = "sha256:"
_FROM_HERE = "] OCI load from client"  # the end of the name of an image that buildx hands over from files


@dataclass(slots=True, kw_only=True, eq=False)
class VertexRecord:
    """All that was said of one vertex.

    Attributes:
        name: as the builder writes it.
        place: where it stands in the Dockerfile; None elsewhere.
        cached: whether any event of it said so; a later one may leave it out.
        done: whether it is complete, which it may be several times.
        error: why it failed, or "".
        spans: by the moment it was started, the seconds to its completion.
        layers: by digest, how many bytes of a layer it has pulled from a registry.
        log: its last lines.
    """

    name: str
    place: VertexName | None
    cached: bool = False
    done: bool = False
    error: str = ""
    spans: dict[datetime, float] = field(default_factory=dict)
    layers: dict[str, int] = field(default_factory=dict)
    log: deque[str] = field(default_factory=lambda: deque(maxlen=LOG_LINES))

    @property
    def seconds(self) -> float:
        """How long the builder worked on it."""
        return sum(self.spans.values())

    @property
    def begun(self) -> bool:
        """Whether the builder came to it; others are only announced."""
        return self.cached or bool(self.spans)

    @property
    def is_cache_transfer(self) -> bool:
        """Whether it brings or keeps a cache; its failure leaves the build as it is."""
        return self.name.startswith(_CACHE_TRANSFERS)


class BuildRecord:
    """Takes the reports of one build as they come."""

    def __init__(self) -> None:
        self._vertices: dict[str, VertexRecord] = {}
        self._warnings: dict[str, None] = {}
        self._words: deque[str] = deque(maxlen=LOG_LINES)

    def add(self, report: SolveStatus) -> tuple[VertexRecord, ...]:
        """The vertices that the report speaks of, in its order."""
        touched = [self._add_vertex(vertex) for vertex in report.vertexes]
        for status in report.statuses:
            self._add_status(status)
        for log in report.logs:
            self._add_log(log)
        for warning in report.warnings:
            self._warnings[warning.short.decode("utf-8", "replace")] = None
        return tuple(dict.fromkeys(touched))

    def add_words(self, line: str) -> None:
        """Takes a line that is no report."""
        self._words.append(line)

    @property
    def instructions(self) -> tuple[VertexRecord, ...]:
        """The instructions that the builder came to."""
        return tuple(
            vertex
            for vertex in self._vertices.values()
            if vertex.place is not None and vertex.place.is_instruction and vertex.begun
        )

    @property
    def pulls(self) -> tuple[VertexRecord, ...]:
        """The vertices that have pulled layers; a hit may, when a later instruction needs its files."""
        return tuple(vertex for vertex in self._vertices.values() if vertex.layers)

    @property
    def bytes_down(self) -> int:
        """How many bytes of layers were pulled, each layer once."""
        layers: dict[str, int] = {}
        for vertex in self._vertices.values():
            layers |= vertex.layers
        return sum(layers.values())

    @property
    def failed(self) -> VertexRecord | None:
        """The vertex whose failure is the build's; None where there is none."""
        broken = [
            vertex for vertex in self._vertices.values() if vertex.error and not vertex.is_cache_transfer
        ]
        real = [vertex for vertex in broken if "context canceled" not in vertex.error]
        return next(iter((*real, *broken)), None)

    @property
    def error(self) -> str:
        """Why the build failed, in the builder's words, or ""."""
        if self.failed is not None:
            return self.failed.error
        errors = [line for line in self._words if line.startswith("ERROR: ")]
        return (errors or list(self._words) or [""])[-1].removeprefix("ERROR: ")

    @property
    def log(self) -> tuple[str, ...]:
        """The last lines of the vertex that failed, or of the builder itself."""
        return tuple(self.failed.log if self.failed is not None and self.failed.log else self._words)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What did not fail the build but should be known."""
        transfers = [
            f"{vertex.name} failed: {vertex.error}"
            for vertex in self._vertices.values()
            if vertex.error and vertex.is_cache_transfer
        ]
        return (*self._warnings, *transfers)

    def _add_vertex(self, event: Vertex) -> VertexRecord:
        record = self._vertices.get(event.digest)
        if record is None:
            record = VertexRecord(name=event.name, place=vertex_name(event.name))
            self._vertices[event.digest] = record
        record.cached |= event.cached
        record.error = event.error or record.error
        record.done = event.completed is not None
        if event.started is not None:
            ended = event.completed or event.started
            record.spans[event.started] = (ended - event.started).total_seconds()
        return record

    def _add_status(self, status: Status) -> None:
        vertex = self._vertices.get(status.vertex)
        if vertex is not None and status.id.startswith(_LAYER) and not vertex.name.endswith(_FROM_HERE):
            vertex.layers[status.id] = max(status.current, vertex.layers.get(status.id, 0))

    def _add_log(self, log: Log) -> None:
        vertex = self._vertices.get(log.vertex)
        if vertex is not None:
            vertex.log.extend(log.data.decode("utf-8", "replace").splitlines())

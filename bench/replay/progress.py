"""What the progress of a build says about the instructions that ran."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from stageplan.run.progress_stream import ProgressStream, SolveStatus, Vertex

# bake writes the target before the stage
_NAME = re.compile(r"\[(?:[^\]]* )?(?P<stage>\S+) +(?P<number>\d+)/(?P<count>\d+)\] (?P<text>.*)", re.DOTALL)
Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """An instruction that ran.

    Attributes:
        number: its place among those of its stage that make a layer, the FROM of an image among them.
        count: how many these are.
        spans: when the builder worked on it.
    """

    stage: str
    number: int
    count: int
    text: str
    spans: tuple[Span, ...]

    def __str__(self) -> str:
        return f"{self.stage}: {self.text}"


@dataclass(slots=True, kw_only=True)
class _Seen:
    name: str = ""
    cached: bool = False
    spans: dict[datetime, datetime] = field(default_factory=dict)

    def add(self, vertex: Vertex) -> None:
        self.name = vertex.name or self.name
        self.cached |= vertex.cached
        if vertex.started is not None:
            self.spans[vertex.started] = vertex.completed or vertex.started


def instructions_run(said: bytes) -> tuple[Ran, ...]:
    """The instructions that a command of buildx ran, by what it wrote with `--progress=rawjson`."""
    stream, seen = ProgressStream(), dict[str, _Seen]()
    for line in said.splitlines(keepends=True):
        report = stream.feed(line)
        if isinstance(report, SolveStatus):
            for vertex in report.vertexes:
                seen.setdefault(vertex.digest, _Seen()).add(vertex)
    found = (_ran(vertex) for vertex in seen.values() if vertex.spans and not vertex.cached)
    return tuple(ran for ran in found if ran is not None)


def busy_seconds(ran: Iterable[Ran]) -> float:
    """For how long at least one instruction was at work."""
    whole, until = 0.0, None
    for start, end in sorted(span for instruction in ran for span in instruction.spans):
        begin = start if until is None or start > until else until
        whole += max((end - begin).total_seconds(), 0)
        until = end if until is None or end > until else until
    return whole


def _ran(vertex: _Seen) -> Ran | None:
    """The instruction that a vertex is; a FROM only names what is there."""
    match = _NAME.fullmatch(vertex.name)
    if match is None or match["text"].upper().startswith("FROM "):
        return None
    return Ran(
        stage=match["stage"],
        number=int(match["number"]),
        count=int(match["count"]),
        text=match["text"],
        spans=tuple(vertex.spans.items()),
    )

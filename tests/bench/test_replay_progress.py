from datetime import UTC, datetime

import msgspec
import pytest

from bench.replay.progress import Ran, busy_seconds, instructions_run
from stageplan.run.progress_stream import SolveStatus, Vertex


def at(second: int) -> datetime:
    return datetime(2026, 1, 1, 0, 0, second, tzinfo=UTC)


def said(*vertices: Vertex) -> bytes:
    return b"".join(msgspec.json.encode(SolveStatus(vertexes=(vertex,))) + b"\n" for vertex in vertices)


def ran(*spans: tuple[int, int]) -> Ran:
    return Ran(
        stage="s", number=1, count=1, text="RUN x", spans=tuple((at(start), at(end)) for start, end in spans)
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("[build 2/3] RUN make", ["build: RUN make"], id="build"),
        pytest.param("[app build  2/13] RUN make", ["build: RUN make"], id="bake writes the target first"),
        pytest.param("[build 1/3] FROM busybox", [], id="a FROM only names what is there"),
        pytest.param("[internal] load build context", [], id="internal"),
    ],
)
def test_names(name: str, expected: list[str]) -> None:
    found = instructions_run(said(Vertex(digest="a", name=name, started=at(1), completed=at(2))))
    assert [str(instruction) for instruction in found] == expected


def test_what_is_cached_in_any_report_did_not_run() -> None:
    begun = Vertex(digest="a", name="[build 2/3] RUN make", started=at(1))
    done = Vertex(digest="a", name="[build 2/3] RUN make", started=at(1), completed=at(3))
    cached = Vertex(digest="a", name="[build 2/3] RUN make", cached=True)
    assert [instruction.spans for instruction in instructions_run(said(begun, done))] == [((at(1), at(3)),)]
    assert instructions_run(said(begun, cached, done)) == ()


def test_words_between_reports_are_no_reports() -> None:
    done = Vertex(digest="a", name="[build 2/3] RUN make", started=at(1), completed=at(3))
    assert len(instructions_run(b"#0 building\n" + said(done) + b"WARNING: x\n")) == 1


@pytest.mark.parametrize(
    ("instructions", "seconds"),
    [
        pytest.param([], 0, id="none"),
        pytest.param([ran((1, 3)), ran((5, 6))], 3, id="one after the other"),
        pytest.param([ran((1, 5)), ran((2, 3)), ran((4, 8))], 7, id="side by side"),
        pytest.param([ran((1, 2), (1, 4))], 3, id="one in two spans"),
    ],
)
def test_busy_seconds(instructions: list[Ran], seconds: float) -> None:
    assert busy_seconds(instructions) == seconds

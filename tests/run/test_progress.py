"""What is shown while a plan is carried out."""

from collections.abc import Iterable
from io import StringIO

import pytest
from rich.console import Console
from rich.text import Text

from stageplan.run.amounts import bytes_text, seconds_text
from stageplan.run.events import (
    BytesMoved,
    Event,
    InstructionDone,
    InstructionStarted,
    LogLine,
    Retrying,
    StepDone,
    StepStarted,
)
from stageplan.run.live import LiveProgress
from stageplan.run.plain import PlainProgress
from stageplan.run.texts import one_line

STEP = "build:deps"
EVENTS: tuple[Event, ...] = (
    StepStarted(step=STEP, attempt=1),
    InstructionDone(step=STEP, stage="deps", position="2/3", text="COPY lock /", cached=True, seconds=0.0),
    InstructionStarted(step=STEP, stage="deps", position="3/3", text="RUN pip install \\\n  -r lock"),
    LogLine(step=STEP, text="Collecting click"),
    BytesMoved(step=STEP, down=2_000_000, up=0),
    InstructionDone(
        step=STEP,
        stage="deps",
        position="3/3",
        text="RUN pip install \\\n  -r lock",
        cached=False,
        seconds=61.2,
    ),
    Retrying(step=STEP, cause="stage 'deps' failed: 503 Service Unavailable", seconds=1.0),
    StepStarted(step=STEP, attempt=2),
    StepDone(step=STEP, state="done", seconds=64.04, note=""),
    StepDone(step="push:tags", state="skipped", seconds=0.0, note="the plan is read-only"),
)


def plain(events: Iterable[Event], *, logs: bool = False) -> str:
    written: list[str] = []
    progress = PlainProgress(written.append, logs=logs)
    for event in events:
        progress(event)
    return "".join(written)


def test_a_log_has_a_line_for_each_thing_that_is_over() -> None:
    assert (
        plain(EVENTS)
        == """\
[build:deps] started
[build:deps] deps 2/3 COPY lock / … cached
[build:deps] deps 3/3 RUN pip install \\… … 1 min 01 s
[build:deps] stage 'deps' failed: 503 Service Unavailable; again in 1 s
[build:deps] started again, attempt 2
[build:deps] done in 1 min 04 s
[push:tags] skipped in 0.0 s: the plan is read-only
"""
    )


def test_a_log_can_hold_what_instructions_write() -> None:
    assert plain(EVENTS[3:4], logs=True) == "[build:deps] | Collecting click\n"


def test_a_terminal_keeps_the_lines_that_are_over() -> None:
    output = StringIO()
    console = Console(file=output, force_terminal=True, width=100, no_color=True, highlight=False)
    with LiveProgress(console) as progress:
        for event in EVENTS[:6]:
            progress(event)
        with console.capture() as shown:
            console.print(progress.table())
        for event in EVENTS[6:]:
            progress(event)
    assert shown.get().startswith("▸ build:deps  deps 3/3 RUN pip install \\…")
    assert "1 cached, 1 ran, 2.0 MB" in shown.get()
    text = Text.from_ansi(output.getvalue()).plain
    assert "! build:deps  stage 'deps' failed: 503 Service Unavailable; again in 1 s" in text
    assert "✓ build:deps  1 min 04 s" in text
    assert "- push:tags  the plan is read-only" in text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.0, "0.0 s"), (0.04, "0.0 s"), (59.94, "59.9 s"), (59.96, "1 min 00 s"), (125.4, "2 min 05 s")],
)
def test_seconds_are_short(seconds: float, text: str) -> None:
    assert seconds_text(seconds) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (999_990, "1.0 MB"),
        (120_000_000, "120.0 MB"),
        (2 * 10**9, "2.0 GB"),
    ],
)
def test_bytes_are_short(count: int, text: str) -> None:
    assert bytes_text(count) == text


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("RUN make", "RUN make"),
        ("RUN <<EOF\nmake\nEOF", "RUN <<EOF…"),
        ("RUN " + "x" * 100, "RUN " + "x" * 75 + "…"),
        ("", ""),
    ],
    ids=["short", "lines", "long", "empty"],
)
def test_a_text_is_cut_to_a_line(text: str, line: str) -> None:
    assert one_line(text) == line

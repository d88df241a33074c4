"""Progress for a terminal: a line for each step that runs, and those that are over above them."""

import time
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self, assert_never

from rich.console import Console
from rich.live import Live
from rich.table import Table
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
from stageplan.run.texts import one_line

_MARKS = {"done": ("✓", "green"), "failed": ("✗", "red"), "skipped": ("-", "dim")}


@dataclass(slots=True, kw_only=True)
class _Line:
    """What is shown of a step."""

    step: str
    started: float
    doing: str = ""
    cached: set[tuple[str, str]] = field(default_factory=set)
    ran: set[tuple[str, str]] = field(default_factory=set)
    moved: int = 0

    @property
    def counts(self) -> str:
        """How many instructions are there, and what was moved."""
        parts = []
        if self.cached:
            parts.append(f"{len(self.cached)} cached")
        if self.ran:
            parts.append(f"{len(self.ran)} ran")
        if self.moved:
            parts.append(bytes_text(self.moved))
        return ", ".join(parts)


class LiveProgress:
    """Draws events on a terminal while it is entered; it is called by one thread at a time."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._running: dict[str, _Line] = {}
        self._live = Live(console=console, get_renderable=self.table, refresh_per_second=8, transient=True)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def __call__(self, event: Event) -> None:
        """Takes an event."""
        match event:
            case StepStarted():
                self._running.setdefault(event.step, _Line(step=event.step, started=time.monotonic()))
            case InstructionStarted():
                self._running[event.step].doing = f"{event.stage} {event.position} {event.text}"
            case InstructionDone():
                line = self._running[event.step]
                (line.cached if event.cached else line.ran).add((event.stage, event.position))
            case BytesMoved():
                self._running[event.step].moved = event.down + event.up
            case Retrying():
                self._say("!", "yellow", event.step, f"{event.cause}; again in {event.seconds:.0f} s")
            case StepDone():
                self._finish(event)
            case LogLine():
                pass
            case _:
                assert_never(event)

    def table(self) -> Table:
        """The steps that run: what they do, what they have, how long."""
        table = Table.grid(padding=(0, 2))
        table.add_column(no_wrap=True)
        table.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
        table.add_column(no_wrap=True)
        table.add_column(no_wrap=True, justify="right")
        now = time.monotonic()
        for line in tuple(self._running.values()):
            doing = one_line(line.doing, longest=200) if line.doing else ""
            table.add_row(
                Text(f"▸ {line.step}"), Text(doing), Text(line.counts), Text(seconds_text(now - line.started))
            )
        return table

    def _finish(self, event: StepDone) -> None:
        """The step's last line stays above those that run."""
        line = self._running.pop(event.step, None)
        mark, style = _MARKS[event.state]
        counts = line.counts if line is not None else ""
        seconds = "" if event.state == "skipped" else seconds_text(event.seconds)
        self._say(mark, style, event.step, "  ".join(part for part in (seconds, counts, event.note) if part))

    def _say(self, mark: str, style: str, step: str, words: str) -> None:
        text = Text.assemble((mark, style), f" {step}  ", one_line(words, longest=300))
        self._console.print(text)

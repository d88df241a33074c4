"""Progress for logs: one line for each thing that is over."""

from collections.abc import Callable
from typing import assert_never

from stageplan.run.amounts import seconds_text
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


class PlainProgress:
    """Writes events as lines; it is called by one thread at a time.

    Args:
        write: takes a line, with its end.
        logs: whether what instructions write is shown as well.
    """

    def __init__(self, write: Callable[[str], object], *, logs: bool = False) -> None:
        self._write = write
        self._logs = logs

    def __call__(self, event: Event) -> None:
        """Writes the line of an event, where it has one."""
        line = self._line(event)
        if line is not None:
            self._write(line + "\n")

    def _line(self, event: Event) -> str | None:
        match event:
            case StepStarted(attempt=1):
                return f"[{event.step}] started"
            case StepStarted():
                return f"[{event.step}] started again, attempt {event.attempt}"
            case InstructionDone():
                how = "cached" if event.cached else seconds_text(event.seconds)
                return f"[{event.step}] {event.stage} {event.position} {one_line(event.text)} … {how}"
            case Retrying():
                return f"[{event.step}] {one_line(event.cause, longest=300)}; again in {event.seconds:.0f} s"
            case StepDone():
                note = f": {one_line(event.note, longest=300)}" if event.note else ""
                return f"[{event.step}] {event.state} in {seconds_text(event.seconds)}{note}"
            case LogLine():
                return f"[{event.step}] | {event.text}" if self._logs else None
            case InstructionStarted() | BytesMoved():
                return None
            case _:
                assert_never(event)

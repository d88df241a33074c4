"""A run as a page shows it: pure data, made from a report by who knows reports."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

StepState = Literal["done", "failed", "skipped"]

_SLACK = 0.25
"""How many seconds may lie between the end of a step and the start of one that waited for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """An instruction in a run.

    Attributes:
        text: as the builder names it.
        is_hit: it was found in the cache.
    """

    text: str
    is_hit: bool
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StageRun:
    """What became of a stage.

    Attributes:
        state: hit, partly, built, failed or skipped.
        instructions: those the builder came to, in order.
        bytes_down: layers that were pulled for it.
    """

    state: str
    seconds: float
    instructions: tuple[Ran, ...]
    bytes_down: int

    @property
    def ran(self) -> int:
        """How many instructions ran."""
        return sum(not each.is_hit for each in self.instructions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A step of a run.

    Attributes:
        name: its id.
        stage: the stage that it builds, by name, or None.
        started: seconds after the run began.
        bytes_up: None where the builder does not say.
        note: why it was left out or failed, or "".
    """

    name: str
    stage: str | None
    state: StepState
    started: float
    seconds: float
    bytes_down: int
    bytes_up: int | None
    note: str

    @property
    def end(self) -> float:
        """Seconds after the run began."""
        return self.started + self.seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    """A run.

    Attributes:
        stages: by name.
        bars: its steps, in the order of the plan.
    """

    ok: bool
    strategy: str
    scope: str
    seconds: float
    ran: int
    hits: int
    bytes_down: int
    bytes_up: int
    stages: Mapping[str, StageRun]
    bars: tuple[Bar, ...]

    @property
    def slowest(self) -> tuple[tuple[str, Ran], ...]:
        """The instructions that took longest, each with its stage; the slowest first."""
        found = [
            (name, each)
            for name, stage in self.stages.items()
            for each in stage.instructions
            if not each.is_hit
        ]
        return tuple(sorted(found, key=lambda pair: -pair[1].seconds))


def critical(bars: Sequence[Bar]) -> frozenset[str]:
    """The steps that decided how long the run took: the last to end, what it waited for, and so on."""
    done = [bar for bar in bars if bar.state != "skipped"]
    found: set[str] = set()
    bar = max(done, key=lambda each: each.end, default=None)
    while bar is not None:
        found.add(bar.name)
        earlier = [each for each in done if each.name not in found and each.end <= bar.started + _SLACK]
        before = max(earlier, key=lambda each: each.end, default=None)
        bar = before if before is not None and bar.started > _SLACK else None
    return frozenset(found)

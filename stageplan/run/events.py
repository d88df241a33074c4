"""What happens while a plan is carried out, for whoever shows it."""

from dataclasses import dataclass
from typing import Literal

State = Literal["done", "failed", "skipped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepStarted:
    """A step begins, or begins again."""

    step: str
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InstructionStarted:
    """A builder works on an instruction."""

    step: str
    stage: str
    position: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InstructionDone:
    """A builder has an instruction's result."""

    step: str
    stage: str
    position: str
    text: str
    cached: bool
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """A line that an instruction, the builder or the engine wrote."""

    step: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BytesMoved:
    """How many bytes a step has moved so far."""

    step: str
    down: int
    up: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrying:
    """A step failed in a way that passes, and is tried again after a while."""

    step: str
    cause: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StepDone:
    """A step has come to its end."""

    step: str
    state: State
    seconds: float
    note: str


Event = StepStarted | InstructionStarted | InstructionDone | LogLine | BytesMoved | Retrying | StepDone

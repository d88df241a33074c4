"""What became of a step."""

from dataclasses import dataclass

from stageplan.run.events import State
from stageplan.run.failures import FailedStepError
from stageplan.run.session import StepRun


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a step ended.

    Attributes:
        run: what it left behind.
        started: seconds after the run began; of a step that is left out 0.
        failure: why it failed, or None.
        blocks: whether what needs it cannot run.
    """

    run: StepRun
    state: State
    seconds: float
    started: float = 0.0
    failure: FailedStepError | None = None
    blocks: bool

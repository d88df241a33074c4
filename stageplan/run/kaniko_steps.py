"""What a run answers to a plan of kaniko."""

from typing import NoReturn

from stageplan.plan.model import Build
from stageplan.run.failures import FailedStepError
from stageplan.run.session import Session, StepRun


def build(session: Session, step: Build, run: StepRun) -> NoReturn:  # noqa: ARG001
    """Nothing: kaniko unpacks images over the files of the machine that it runs on.

    Raises:
        FailedStepError: in any case.
    """
    raise FailedStepError(f"stage '{step.stage}' is not built: kaniko runs only inside its own image")

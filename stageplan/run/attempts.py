"""Tries a step again where that may help."""

from collections.abc import Callable

from stageplan.run.events import Retrying, StepStarted
from stageplan.run.failures import FailedStepError
from stageplan.run.session import Session, StepRun

_PAUSES = (1.0, 2.0)


def attempt(session: Session, run: StepRun, carry_out: Callable[[], None]) -> FailedStepError | None:
    """Why the step failed in the end; None where it is done.

    A registry or a network that fails may be well a moment later; what an instruction did will not.
    """
    failure = _once(session, run, carry_out)
    for pause in _PAUSES:
        if failure is None or not failure.passing:
            break
        session.tell(Retrying(step=run.step.id, cause=failure.text, seconds=pause))
        session.ports.clock.sleep(pause)
        failure = _once(session, run, carry_out)
    return failure


def _once(session: Session, run: StepRun, carry_out: Callable[[], None]) -> FailedStepError | None:
    run.attempts += 1
    session.tell(StepStarted(step=run.step.id, attempt=run.attempts))
    try:
        carry_out()
    except FailedStepError as failure:
        return failure
    return None

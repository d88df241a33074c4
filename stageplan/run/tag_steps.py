"""The move of tags to an image that is in the registry."""

from stageplan.commands import buildx
from stageplan.errors import StageplanError
from stageplan.plan.locations import resolve
from stageplan.plan.model import MoveTags
from stageplan.run.failures import FailedStepError, passes
from stageplan.run.session import Session, StepRun


def move_tags(session: Session, step: MoveTags, run: StepRun) -> None:
    """The tags name the image, as they would by the command that is reported: the registry is asked itself.

    An index of several images is made by the command.

    Raises:
        FailedStepError: the registry refused.
    """
    words = run.issue(session.words(step, buildx.move_tags_command(session.plan.inputs, step)), {})
    if len(step.builds) > 1:
        _join(session, words)
        return
    for tag in step.tags:
        try:
            session.ports.registry.copy_tag(words[-1], resolve(tag, session.values(step)))
        except StageplanError as error:
            text = f"the tags could not be moved: {error.message}"
            raise FailedStepError(text, passing=passes(error.message)) from error


def _join(session: Session, words: tuple[str, ...]) -> None:
    """The tags name an index of several images.

    Raises:
        FailedStepError: the registry refused.
    """
    said: list[bytes] = []
    code = session.ports.buildx.run(words, {}, said.append)
    if code != 0:
        reason = b"".join(said[-1:]).decode("utf-8", "replace").strip() or f"docker exited with {code}"
        raise FailedStepError(f"the images could not be joined: {reason}", passing=passes(reason))

"""The move of tags to an image that is in the registry."""

from msgspec import UNSET

from stageplan.commands import buildx
from stageplan.errors import StageplanError
from stageplan.keys.record import RECORDS_TYPE, encode_records, record_tag
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
    try:
        for tag in step.tags:
            session.ports.registry.copy_tag(words[-1], resolve(tag, session.values(step)))
    except StageplanError as error:
        text = f"the tags could not be moved: {error.message}"
        raise FailedStepError(text, passing=passes(error.message)) from error
    _keep_records(session, step, words[-1], run)


def _keep_records(session: Session, step: MoveTags, source: str, run: StepRun) -> None:
    """What the keys were made of lies in the cache repository, under the digest of the image."""
    if session.plan.keys is UNSET:
        return
    place = f"{resolve(step.repository, session.values(step))}:{record_tag(source.rpartition('@')[2])}"
    registry = session.ports.registry
    try:
        if registry.exists(place) is None:
            registry.put_file(place, encode_records(session.plan.keys), RECORDS_TYPE)
    except StageplanError as error:
        run.warnings.append(f"what '{source}' was made of is not kept: {error.message}")


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

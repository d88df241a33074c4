"""The move of tags to an image that is in the registry."""

from msgspec import UNSET

from stageplan.commands.pushes import move_tags_commands
from stageplan.commands.values import digest_of
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
    issued = [run.issue(session.words(step, item), {}) for item in move_tags_commands(session.plan, step)]
    if len(step.builds) > 1:
        _join(session, issued[0])
        return
    values = session.values(step)
    digest = step.digest or values[digest_of(step.build or "")]
    image = f"{resolve(step.repository, values)}@{digest}"
    try:
        for tag in step.tags:
            session.ports.registry.copy_tag(image, resolve(tag, values))
    except StageplanError as error:
        text = f"the tags could not be moved: {error.message}"
        raise FailedStepError(text, passing=passes(error.message)) from error
    keep_records(session, image, run)


def keep_records(session: Session, image: str, run: StepRun) -> None:
    """What the keys were made of lies in the cache repository, under the digest of a published image.

    Args:
        image: by its digest, or by a tag.
    """
    if session.plan.keys is UNSET:
        return
    registry = session.ports.registry
    try:
        digest = image.partition("@")[2] or registry.exists(image) or ""
        place = f"{session.plan.parameters.cache_image}:{record_tag(digest)}"
        if digest and registry.exists(place) is None:
            registry.put_file(place, encode_records(session.plan.keys), RECORDS_TYPE)
    except StageplanError as error:
        run.warnings.append(f"what '{image}' was made of is not kept: {error.message}")


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

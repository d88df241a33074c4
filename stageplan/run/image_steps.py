"""Pulls, pushes, loads and saves of images that the engine holds."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from stageplan.commands import classic
from stageplan.commands.command import Command
from stageplan.plan.locations import resolve, values_of
from stageplan.plan.model import Push, Restore, Save
from stageplan.run.engine_messages import Transfer
from stageplan.run.failures import FailedStepError, passes
from stageplan.run.ports import ImagesError, ImagesPort
from stageplan.run.session import Session, StepRun


def restore(session: Session, step: Restore, run: StepRun) -> None:
    """The engine holds what the step brings; where there is nothing, no command counts on it.

    Raises:
        FailedStepError: it could not be brought, though it is there.
    """
    source = step.source.scope
    if source is None:
        run.note = "there is nothing yet"
        session.miss(step)
        return
    location = resolve(step.location, values_of(session.plan.parameters, scope=source))
    command = classic.pull_command(step) if step.how == "pull" else classic.load_command(step)
    _issue(session, step, run, command)
    try:
        if step.how == "load":
            images(session).load(location)
        else:
            with transfer(session, run, "down") as take:
                images(session).pull(location, take)
    except ImagesError as error:
        if error.missing:
            run.note = "it is gone"
            session.miss(step)
            return
        raise FailedStepError(
            f"'{location}' could not be brought: {error.text}", passing=passes(error.text)
        ) from None


def push(session: Session, step: Push, run: StepRun) -> None:
    """The registry has the images.

    Raises:
        FailedStepError: it has not.
    """
    for image in step.images:
        reference = resolve(image, values_of(session.plan.parameters))
        _issue(session, step, run, classic.push_command(image))
        try:
            with transfer(session, run, "up") as take:
                images(session).push(reference, take)
        except ImagesError as error:
            text = f"'{reference}' could not be pushed: {error.text}"
            raise FailedStepError(text, passing=passes(error.text)) from None


def save(session: Session, step: Save, run: StepRun) -> None:
    """The archive holds those of the images that there are; without any it stays as it is.

    Raises:
        FailedStepError: it could not be written; the earlier archive is as it was.
    """
    values = values_of(session.plan.parameters)
    references = tuple(resolve(image, values) for image in step.images)
    held = [images(session).exists(reference) for reference in references]
    if not any(held):
        run.note = "there is no image yet"
        return
    archive = resolve(step.location, values)
    new = archive + classic.NEW_ARCHIVE
    found = {classic.held(position): "held" if there else "" for position, there in enumerate(held)}
    run.issue(session.words(step, classic.save_command(step), **found), {})
    files = session.ports.files
    files.make_parents(archive)
    try:
        images(session).save([name for name, there in zip(references, held, strict=True) if there], new)
    except ImagesError as error:
        files.remove(new)
        raise FailedStepError(f"'{archive}' could not be written: {error.text}") from None
    files.replace(new, archive)


def images(session: Session) -> ImagesPort:
    """The engine's images; a plan that has such a step is given them."""
    if session.ports.images is None:
        message = "the plan works with images of the engine, and no engine was given"
        raise ValueError(message)
    return session.ports.images


@contextmanager
def transfer(session: Session, run: StepRun, way: str) -> Iterator[Any]:
    """What takes the messages of a pull or push, and counts their bytes."""
    moved = Transfer()

    def take(message: Mapping[str, Any]) -> None:
        before = moved.bytes
        moved.take(message)
        if way == "down":
            run.down += moved.bytes - before
        else:
            run.up = (run.up or 0) + moved.bytes - before
        if moved.bytes != before:
            session.tell(run.bytes_moved)

    yield take


def _issue(session: Session, step: Restore | Push, run: StepRun, command: Command) -> None:
    run.issue(session.words(step, command), dict(command.environment))

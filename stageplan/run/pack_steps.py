"""Builds by pack, and the cache image around them."""

import re

from stageplan.commands import pack
from stageplan.errors import StageplanError
from stageplan.plan.locations import resolve
from stageplan.plan.model import Build, Restore
from stageplan.run.build_record import LOG_LINES
from stageplan.run.events import InstructionDone, LogLine
from stageplan.run.failures import FailedStepError, passes
from stageplan.run.session import SeenInstruction, Session, StepRun

# a layer that is reused is named a second time as added, so the first word counts
_KEPT = re.compile(r"(?P<how>Adding|Reusing) cache layer '(?P<layer>[^']+)'")
_LOST = re.compile(r"Warning: (?P<text>Failed to export cache.*)")
_ERROR = re.compile(r"ERROR: (?P<text>.*)")


def seed(session: Session, step: Restore, run: StepRun) -> None:
    """The cache image of the scope is there, if any scope has one.

    Raises:
        FailedStepError: it could not be copied.
    """
    source = pack.seed_source(session.plan, step)
    if source is None:
        run.note = "there is nothing yet" if step.source.scope is None else "it is in its place"
        return
    words = run.issue(session.words(step, pack.seed_command(step)), {})
    try:
        session.ports.registry.copy_tag(words[-1], resolve(step.into or "", session.values(step)))
    except StageplanError as error:
        text = f"'{source}' could not be copied: {error.message}"
        raise FailedStepError(text, passing=passes(error.message)) from error


def build(session: Session, step: Build, run: StepRun) -> None:
    """The build has succeeded, and somebody has looked whether its cache image is there.

    Raises:
        FailedStepError: it has not.
    """
    words = run.issue(session.words(step, pack.build_command(session.plan.inputs, step)), {})
    watch = _Watch(session, step)
    code = session.ports.buildx.run(words, {}, watch.line)
    run.up = None
    run.seen += watch.seen()
    if code != 0:
        cause = watch.error or f"pack exited with {code}"
        text = f"'{step.stage}' failed: {cause}"
        raise FailedStepError(text, log=tuple(watch.log[-LOG_LINES:]), passing=passes(cause))
    _look(session, step, run, watch.lost)


def _look(session: Session, step: Build, run: StepRun, lost: str) -> None:
    """Notes the digests of image and cache; a cache that was not written is only a warning of pack's."""
    if step.cache is None:
        return
    values = session.values(step)
    image, cache = (resolve(place, values) for place in (step.tags[0], step.cache.location))
    registry = session.ports.registry
    try:
        digest, kept = registry.exists(image), registry.exists(cache)
    except StageplanError as error:
        run.warnings.append(f"nobody knows whether '{cache}' was written: {error.message}")
        return
    run.note = f"image {digest}, cache {kept}"
    if lost or kept is None:
        run.warnings.append(
            f"'{cache}' was not written, so the next build starts from less: {lost or 'it is not there'}"
        )


class _Watch:
    """Follows one build: which layers of buildpacks are those of the cache, and which were made."""

    def __init__(self, session: Session, step: Build) -> None:
        self._session = session
        self._step = step
        self._layers: dict[str, bool] = {}
        self.log: list[str] = []
        self.error = ""
        self.lost = ""

    def line(self, data: bytes) -> None:
        """Takes a line of pack."""
        text = data.decode("utf-8", "replace").rstrip("\r\n")
        self.log.append(text)
        self._session.tell(LogLine(step=self._step.id, text=text))
        if found := _KEPT.search(text):
            self._add(found["layer"], cached=found["how"] == "Reusing")
        elif found := _LOST.search(text):
            self.lost = found["text"]
        elif found := _ERROR.search(text):
            self.error = found["text"]

    def seen(self) -> tuple[SeenInstruction, ...]:
        """Each layer that the buildpacks keep."""
        return tuple(
            SeenInstruction(
                stage=self._step.stage,
                order=("", number),
                position=str(number),
                text=layer,
                cached=cached,
                failed=False,
                seconds=0.0,
            )
            for number, (layer, cached) in enumerate(self._layers.items(), start=1)
        )

    def _add(self, layer: str, *, cached: bool) -> None:
        if layer in self._layers:
            return
        self._layers[layer] = cached
        position = str(len(self._layers))
        self._session.tell(
            InstructionDone(
                step=self._step.id,
                stage=self._step.stage,
                position=position,
                text=layer,
                cached=cached,
                seconds=0.0,
            )
        )

"""Builds by buildah and podman, and the pushes of what they built."""

from functools import partial

from stageplan.commands import buildah
from stageplan.plan.keyed.pieces import REPOSITORY
from stageplan.plan.locations import resolve, values_of
from stageplan.plan.model import Build, Push
from stageplan.run.build_record import LOG_LINES
from stageplan.run.buildah_record import BuildahRecord, BuildahStep
from stageplan.run.events import InstructionDone, InstructionStarted, LogLine
from stageplan.run.failures import FailedStepError, passes
from stageplan.run.session import SeenInstruction, Session, StepRun
from stageplan.run.tag_steps import keep_records
from stageplan.run.texts import one_line


def build(session: Session, step: Build, run: StepRun) -> None:
    """The build has succeeded.

    Raises:
        FailedStepError: it has not.
    """
    command = buildah.build_command(session.plan, step)
    words = run.issue(session.words(step, command), {})
    watch = _Watch(session, step, run)
    code = session.ports.buildx.run(words, {}, watch.line)
    watch.end(failed=code != 0)
    if code != 0:
        raise watch.failure(code)


def push(session: Session, step: Push, run: StepRun) -> None:
    """The registry has the images, and beside one that is published what its keys were made of.

    Raises:
        FailedStepError: it has not.
    """
    run.up = None
    for image in step.images:
        words = run.issue(session.words(step, buildah.push_command(session.plan, image)), {})
        lines: list[str] = []
        code = session.ports.buildx.run(words, {}, partial(_keep, lines))
        if code != 0:
            cause = lines[-1].partition(": ")[2] if lines else f"{words[0]} exited with {code}"
            reference = resolve(image, values_of(session.plan.parameters))
            text = f"'{reference}' could not be pushed: {cause}"
            raise FailedStepError(text, log=tuple(lines[-LOG_LINES:]), passing=passes(cause))
        if not image.startswith(REPOSITORY):
            keep_records(session, resolve(image, session.values(step)), run)


class _Watch:
    """Follows one build: what it says goes into its record and on to whoever shows it."""

    def __init__(self, session: Session, step: Build, run: StepRun) -> None:
        self._session = session
        self._step = step
        self._run = run
        self._record = BuildahRecord()
        self._told: dict[BuildahStep, bool] = {}
        run.up = None if step.cache is not None and step.cache.export_options is not None else run.up

    def line(self, data: bytes) -> None:
        """Takes a line of the builder."""
        text = _text(data)
        self._record.take(text, self._session.ports.clock.monotonic())
        self._session.tell(LogLine(step=self._step.id, text=text))
        self._show()

    def end(self, *, failed: bool) -> None:
        """Keeps what the step's report needs."""
        broken = self._record.running if failed else None
        self._record.close(self._session.ports.clock.monotonic())
        if not failed:
            self._show()
        self._run.seen += [
            SeenInstruction(
                stage=self._stage(step),
                order=("", step.number),
                position=str(step.number),
                text=step.text,
                cached=step.cached,
                failed=step is broken,
                seconds=step.seconds or 0.0,
            )
            for step in self._record.steps
            if self._counts(step)
        ]

    def failure(self, code: int) -> FailedStepError:
        """Why the build failed."""
        cause = self._record.error or f"{self._session.plan.inputs.engine} exited with {code}"
        last = self._record.running
        where, at = self._step.stage, ""
        if last is not None:
            where, at = self._stage(last), f" at '{one_line(last.text)}'"
        return FailedStepError(
            f"stage '{where}' failed{at}: {cause}", log=tuple(self._record.log), passing=passes(cause)
        )

    def _counts(self, step: BuildahStep) -> bool:
        """Whether it is an instruction of the user's file that runs or copies something."""
        return step.counts and step.stage < len(self._session.plan.stages)

    def _stage(self, step: BuildahStep) -> str:
        stages = self._session.plan.stages
        return stages[step.stage].name if step.stage < len(stages) else self._step.stage

    def _show(self) -> None:
        """Tells of each step when it begins and when it ends."""
        for step in self._record.steps:
            ended = step.seconds is not None
            if not self._counts(step) or self._told.get(step) is ended:
                continue
            stage, position = self._stage(step), str(step.number)
            self._told[step] = ended
            self._session.tell(
                InstructionStarted(step=self._step.id, stage=stage, position=position, text=step.text)
                if step.seconds is None
                else InstructionDone(
                    step=self._step.id,
                    stage=stage,
                    position=position,
                    text=step.text,
                    cached=step.cached,
                    seconds=step.seconds,
                )
            )


def _keep(lines: list[str], data: bytes) -> None:
    lines.append(_text(data))


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace").rstrip("\r\n")

"""Builds by the classic builder, through docker's API."""

from collections.abc import Mapping
from typing import Any

from stageplan.commands import classic
from stageplan.plan.model import Build
from stageplan.run.classic_record import ClassicRecord, ClassicStep
from stageplan.run.events import InstructionDone, InstructionStarted, LogLine
from stageplan.run.failures import FailedStepError, passes
from stageplan.run.image_steps import images
from stageplan.run.ports import ClassicBuild, ImagesError
from stageplan.run.session import SeenInstruction, Session, StepRun
from stageplan.run.texts import one_line


def build(session: Session, step: Build, run: StepRun) -> None:
    """The build has succeeded.

    Raises:
        FailedStepError: it has not.
    """
    command = classic.build_command(session.plan, step)
    words = run.issue(session.words(step, command), dict(command.environment))
    watch = _Watch(session, step, run)
    try:
        images(session).build(_classic_build(session, step, words), watch.take)
    except ImagesError as error:
        raise watch.failure(error.text) from None
    finally:
        watch.end()


def _classic_build(session: Session, step: Build, words: tuple[str, ...]) -> ClassicBuild:
    """The same build as the words say."""
    inputs = session.plan.inputs
    return ClassicBuild(
        context=inputs.context,
        dockerfile=inputs.dockerfile,
        target=step.target,
        platform=inputs.platform,
        build_args={arg.name: arg.value for arg in (*inputs.build_args, *step.build_args)},
        cache_from=_values("--cache-from=", words),
        tags=_values("--tag=", words),
    )


def _values(flag: str, words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word.removeprefix(flag) for word in words if word.startswith(flag))


class _Watch:
    """Follows one build: what it says goes into its record and on to whoever shows it."""

    def __init__(self, session: Session, step: Build, run: StepRun) -> None:
        self._session = session
        self._step = step
        self._run = run
        self._record = ClassicRecord()
        self._failed = False

    def take(self, message: Mapping[str, Any]) -> None:
        """Takes a message of docker's API."""
        steps = self._record.steps
        count = len(steps)
        words = self._record.take(message, self._session.ports.clock.monotonic())
        if len(steps) > count:
            self._tell_done(steps[count - 1] if count else None)
            self._tell_started(steps[count])
        elif words:
            self._session.tell(LogLine(step=self._step.id, text=words))

    def end(self) -> None:
        """Ends the last step, and keeps what the step's report needs."""
        self._record.end(self._session.ports.clock.monotonic())
        steps = self._record.steps
        if steps and not self._failed:
            self._tell_done(steps[-1])
        self._run.seen += [
            SeenInstruction(
                stage=self._stage(step),
                order=("", step.number),
                position=self._position(step),
                text=step.text,
                cached=step.cached,
                failed=self._failed and step is steps[-1],
                seconds=step.seconds or 0.0,
            )
            for step in steps
            if step.counts
        ]

    def failure(self, cause: str) -> FailedStepError:
        """Why the build failed."""
        self._failed = bool(self._record.steps)
        where, at = self._step.stage, ""
        if self._record.steps:
            last = self._record.steps[-1]
            where, at = self._stage(last), f" at '{one_line(last.text)}'"
        return FailedStepError(
            f"stage '{where}' failed{at}: {cause}", log=tuple(self._record.log), passing=passes(cause)
        )

    def _stage(self, step: ClassicStep) -> str:
        stages = self._session.plan.stages
        return stages[step.stage].name if 0 <= step.stage < len(stages) else self._step.stage

    @staticmethod
    def _position(step: ClassicStep) -> str:
        return str(step.number)

    def _tell_started(self, step: ClassicStep) -> None:
        if step.counts:
            self._session.tell(
                InstructionStarted(
                    step=self._step.id, stage=self._stage(step), position=self._position(step), text=step.text
                )
            )

    def _tell_done(self, step: ClassicStep | None) -> None:
        if step is not None and step.counts:
            self._session.tell(
                InstructionDone(
                    step=self._step.id,
                    stage=self._stage(step),
                    position=self._position(step),
                    text=step.text,
                    cached=step.cached,
                    seconds=step.seconds or 0.0,
                )
            )

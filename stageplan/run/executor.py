"""Carries out a plan: what needs nothing more runs, as many steps at once as allowed."""

from collections.abc import Callable, Mapping
from graphlib import TopologicalSorter
from queue import SimpleQueue
from threading import Thread
from typing import assert_never

from stageplan.plan.layers import keeps_layers
from stageplan.plan.model import Build, Builder, MoveTags, Plan, Push, Restore, Save, Step
from stageplan.run import (
    buildah_steps,
    buildx_steps,
    classic_steps,
    image_steps,
    kaniko_steps,
    pack_steps,
    repack_steps,
    tag_steps,
)
from stageplan.run.attempts import attempt
from stageplan.run.events import StepDone
from stageplan.run.outcome import Outcome
from stageplan.run.ports import Ports
from stageplan.run.report import Report
from stageplan.run.report_of import report_of
from stageplan.run.session import OnEvent, Session, StepRun

_BUILDS: Mapping[Builder, Callable[[Session, Build, StepRun], None]] = {
    "buildx": buildx_steps.build,
    "classic": classic_steps.build,
    "buildah": buildah_steps.build,
    "pack": pack_steps.build,
    "kaniko": kaniko_steps.build,
}
_LAST_WORDS = 1.0  # seconds that a stopped step has to come to its end


def execute(plan: Plan, *, ports: Ports, jobs: int, on_event: OnEvent) -> Report:
    """What came of the plan, also where a step failed; `failure_of` makes an error of that.

    After a failure no further build starts, while what was built is still pushed and saved; a step that
    needs the failed one is skipped, and so no tag moves.

    Args:
        plan: with its cache sources asked for.
        ports: the doors to the machine.
        jobs: how many steps may run at once.
        on_event: gets each event, one at a time, from several threads.

    Raises:
        KeyboardInterrupt: it came; every process is gone, and so are the temporary files.
    """
    started = ports.clock.monotonic()
    folder = ports.files.temporary_folder()
    try:
        session = Session(plan, ports=ports, folder=folder, on_event=on_event)
        session.write_derived()
        outcomes = _Run(session, jobs).outcomes()
    finally:
        ports.files.remove(folder)
    return report_of(plan, outcomes, seconds=ports.clock.monotonic() - started)


class _Run:
    """Starts steps in the order of the plan as soon as what they need is over."""

    def __init__(self, session: Session, jobs: int) -> None:
        self._session = session
        self._jobs = jobs
        self._steps = {step.id: step for step in session.plan.steps}
        self._position = {name: position for position, name in enumerate(self._steps)}
        self._outcomes: dict[str, Outcome] = {}
        self._over: SimpleQueue[Outcome | BaseException] = SimpleQueue()
        self._threads: list[Thread] = []
        self._begun = session.ports.clock.monotonic()

    def outcomes(self) -> tuple[Outcome, ...]:
        """What became of each step, in the order of the plan."""
        try:
            self._run_all()
        except BaseException:
            self._session.ports.stop()
            for thread in self._threads:
                thread.join(_LAST_WORDS)
            raise
        return tuple(self._outcomes[name] for name in self._steps)

    def _run_all(self) -> None:
        sorter = TopologicalSorter({name: _needs(step) for name, step in self._steps.items()})
        sorter.prepare()
        ready: list[str] = []
        running: dict[str, Step] = {}
        while sorter.is_active():
            ready = sorted((*ready, *sorter.get_ready()), key=self._position.__getitem__)
            for name in tuple(ready):
                step = self._steps[name]
                skipped = self._skipped(step)
                if skipped is not None:
                    ready.remove(name)
                    self._outcomes[name] = skipped
                    sorter.done(name)
                elif len(running) < self._jobs and not any(
                    _shares(step, other) for other in running.values()
                ):
                    ready.remove(name)
                    running[name] = step
                    self._start(step)
            if running:
                outcome = self._over.get()
                if isinstance(outcome, BaseException):
                    raise outcome
                del running[outcome.run.step.id]
                self._outcomes[outcome.run.step.id] = outcome
                sorter.done(outcome.run.step.id)

    def _start(self, step: Step) -> None:
        """Starts the step on a thread that does not keep the process: the engine may be silent for long."""
        thread = Thread(target=self._report, args=(step,), name=step.id, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _report(self, step: Step) -> None:
        """Hands the step's outcome, or what went wrong in ourselves, to the main thread."""
        try:
            self._over.put(self._carry_out(step))
        except BaseException as error:  # noqa: BLE001 - it is raised again where it can be seen
            self._over.put(error)

    def _skipped(self, step: Step) -> Outcome | None:
        """The outcome of a step that is left out; None where it runs."""
        if isinstance(step, Push | MoveTags | Save) and not self._session.writes:
            return self._skip(step, "the plan is read-only", blocks=False)
        if isinstance(step, Save):
            return None
        blocking = [name for name in _needs(step) if self._outcomes[name].blocks]
        if blocking:
            return self._skip(step, f"it needs '{blocking[0]}'")
        failed = [name for name, outcome in self._outcomes.items() if outcome.failure is not None]
        if failed and not isinstance(step, Push):
            return self._skip(step, f"'{failed[0]}' failed")
        return None

    def _skip(self, step: Step, note: str, *, blocks: bool = True) -> Outcome:
        self._session.tell(StepDone(step=step.id, state="skipped", seconds=0.0, note=note))
        return Outcome(run=StepRun(step=step, note=note), state="skipped", seconds=0.0, blocks=blocks)

    def _carry_out(self, step: Step) -> Outcome:
        clock = self._session.ports.clock
        started = clock.monotonic()
        run = StepRun(step=step)
        failure = attempt(self._session, run, lambda: _dispatch(self._session, step, run))
        if failure is not None and isinstance(step, Restore):
            self._session.miss(step)
            run.warnings.append(failure.text)
            run.note, failure = "it could not be brought", None
        outcome = Outcome(
            run=run,
            state="done" if failure is None else "failed",
            seconds=clock.monotonic() - started,
            started=started - self._begun,
            failure=failure,
            blocks=failure is not None,
        )
        note = run.note if failure is None else failure.text
        self._session.tell(StepDone(step=step.id, state=outcome.state, seconds=outcome.seconds, note=note))
        return outcome


def _shares(step: Step, other: Step) -> bool:
    """Whether two builds come to the same stage or image: side by side, one may miss what its source has.

    Measured: BuildKit mixes the sources of builds that come to one stage, and where one of two that start
    from the same image has no source, the other misses in 3 of 10 runs.
    """
    if not isinstance(step, Build) or not isinstance(other, Build):
        return False
    if {*step.stages} & {*other.stages}:
        return True
    one_imports = _imports(step) != _imports(other)
    return one_imports and not _images(step).isdisjoint(_images(other))


def _imports(build: Build) -> bool:
    """Whether a build has a cache source."""
    return build.cache is not None and build.cache.source.scope is not None


def _images(build: Build) -> frozenset[str]:
    """The images that a build gets which were there before: on others, nothing can be a hit."""
    return frozenset(item.digest for item in build.inputs if item.digest is not None)


def _needs(step: Step) -> tuple[str, ...]:
    """The steps that come before this one."""
    match step:
        case Build(cache_from=further):
            return (*step.needs, *further)
        case MoveTags(build=build) if build:
            return (*step.needs, build)
        case MoveTags() | Push() | Restore() | Save():
            return step.needs
        case _:
            assert_never(step)


def _dispatch(session: Session, step: Step, run: StepRun) -> None:
    match step:
        case Build(repacks=str()):
            repack_steps.repack(session, step, run)
        case Build():
            _BUILDS[step.builder](session, step, run)
        case MoveTags():
            tag_steps.move_tags(session, step, run)
        case Restore(how="copy"):
            pack_steps.seed(session, step, run)
        case Restore():
            image_steps.restore(session, step, run)
        case Push() if keeps_layers(session.plan.inputs.engine):
            buildah_steps.push(session, step, run)
        case Push():
            image_steps.push(session, step, run)
        case Save():
            image_steps.save(session, step, run)
        case _:
            assert_never(step)

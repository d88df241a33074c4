"""Builds by buildx."""

from collections.abc import Iterable

from stageplan.commands import buildx
from stageplan.plan.locations import resolve
from stageplan.plan.model import Build
from stageplan.run.build_record import BuildRecord, VertexRecord
from stageplan.run.events import InstructionDone, InstructionStarted, LogLine
from stageplan.run.failures import FailedStepError, passes
from stageplan.run.progress_stream import ProgressStream, SolveStatus
from stageplan.run.session import SeenInstruction, Session, StepRun
from stageplan.run.stage_names import StageNames
from stageplan.run.texts import one_line

_PROGRESS = "--progress=rawjson"
_OPTIONS = 3  # they stand behind `docker buildx build`


def build(session: Session, step: Build, run: StepRun) -> None:
    """The build has succeeded, and its folder of cache lies where it belongs.

    Raises:
        FailedStepError: it has not.
    """
    folder = _cache_folder(session, step)
    _remove_new(session, folder)
    command = buildx.build_command(session.plan.inputs, step)
    environment = dict(command.environment)
    run.issue(session.words(step, command), environment)
    watch = _Watch(session, step, run)
    try:
        from_here = buildx.build_command(session.plan.inputs, step, layouts=session.layouts)
        words = session.words(step, from_here)
        watched = (*words[:_OPTIONS], _PROGRESS, *words[_OPTIONS:])
        code = session.ports.buildx.run(watched, environment, watch.line)
        watch.end()
        if code != 0:
            raise watch.failure(code)
        _replace(session, folder)
    finally:
        _remove_new(session, folder)


def _cache_folder(session: Session, step: Build) -> str | None:
    """The folder that the build writes its cache beside; None where it writes none."""
    cache = step.cache
    if cache is None or cache.type != "local" or cache.export_options is None or not session.writes:
        return None
    return resolve(cache.location, session.values(step))


def _replace(session: Session, folder: str | None) -> None:
    """Puts the new folder in its place where a cache was written; a failed export leaves the old one."""
    files = session.ports.files
    if folder is not None and files.exists(f"{folder}{buildx.NEW_CACHE}/index.json"):
        files.replace(folder + buildx.NEW_CACHE, folder)


def _remove_new(session: Session, folder: str | None) -> None:
    """Nothing half written lies beside the folder."""
    if folder is not None:
        session.ports.files.remove(folder + buildx.NEW_CACHE)


def _uploads(step: Build) -> bool:
    """Whether the build sends layers somewhere; the builder does not say how many bytes."""
    exports = step.cache is not None and step.cache.type != "local" and step.cache.export_options is not None
    return step.output == "push" or exports


class _Watch:
    """Follows one build: what it reports goes into its record and on to whoever shows it."""

    def __init__(self, session: Session, step: Build, run: StepRun) -> None:
        self._session = session
        self._step = step
        self._run = run
        self._record = BuildRecord()
        self._stream = ProgressStream()
        self._names = StageNames(session.plan)
        self._begun: set[VertexRecord] = set()
        self._done: set[VertexRecord] = set()
        run.up = None if session.writes and _uploads(step) else run.up

    def line(self, data: bytes) -> None:
        """Takes a line of the builder."""
        self._take(self._stream.feed(data))

    def end(self) -> None:
        """Takes what an interrupted builder left of a report, and keeps what the step's report needs."""
        self._take(self._stream.end())
        self._run.seen += [
            SeenInstruction(
                stage=self._names.of(place),
                order=(place.platform or "", place.number),
                position=place.position,
                text=place.text,
                cached=vertex.cached,
                failed=bool(vertex.error),
                seconds=vertex.seconds,
            )
            for vertex in self._record.instructions
            if (place := vertex.place) is not None
        ]
        for vertex in self._record.pulls:
            stage = self._names.of(vertex.place) if vertex.place else self._step.stage
            self._run.pulled[stage] = self._run.pulled.get(stage, 0) + sum(vertex.layers.values())
        self._run.warnings += self._record.warnings

    def failure(self, code: int) -> FailedStepError:
        """Why the build failed."""
        cause = self._record.error or f"docker exited with {code}"
        vertex = self._record.failed
        where, at = self._step.stage, ""
        if vertex is not None:
            at = f" at '{one_line(vertex.place.text if vertex.place else vertex.name)}'"
            where = self._names.of(vertex.place) if vertex.place else where
        reason = cause.rpartition("did not complete successfully: ")[2]
        return FailedStepError(
            f"stage '{where}' failed{at}: {reason}", log=self._record.log, passing=passes(cause)
        )

    def _take(self, report: SolveStatus | str | None) -> None:
        if isinstance(report, str):
            self._record.add_words(report)
            self._session.tell(LogLine(step=self._step.id, text=report))
        elif report is not None:
            before = self._record.bytes_down
            self._show(self._record.add(report))
            for log in report.logs:
                for text in log.data.decode("utf-8", "replace").splitlines():
                    self._session.tell(LogLine(step=self._step.id, text=text))
            if self._record.bytes_down != before:
                self._run.down += self._record.bytes_down - before
                self._session.tell(self._run.bytes_moved)

    def _show(self, vertices: Iterable[VertexRecord]) -> None:
        for vertex in vertices:
            place = vertex.place
            if place is None or not place.is_instruction or not vertex.begun or vertex in self._done:
                continue
            stage = self._names.of(place)
            if vertex.cached or vertex.done:
                self._done.add(vertex)
                self._session.tell(
                    InstructionDone(
                        step=self._step.id,
                        stage=stage,
                        position=place.position,
                        text=place.text,
                        cached=vertex.cached,
                        seconds=vertex.seconds,
                    )
                )
            elif vertex not in self._begun:
                self._begun.add(vertex)
                self._session.tell(
                    InstructionStarted(
                        step=self._step.id, stage=stage, position=place.position, text=place.text
                    )
                )

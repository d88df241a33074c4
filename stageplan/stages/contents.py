"""What each stage does once its variables are known, and what is wrong with it."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from stageplan.errors import DockerfileError
from stageplan.stages.build_rules import (
    check_copy,
    check_mount,
    check_settings,
    later_source,
    working_directory,
)
from stageplan.stages.expansion import SourcedInstruction, expand_instruction
from stageplan.stages.global_scope import GlobalScope
from stageplan.stages.model import Source, StageInstruction, StageMount
from stageplan.stages.stage_scope import InheritedArguments, StageScope, image_scope
from stageplan.stages.starts import StageStart


@dataclass(frozen=True, slots=True, kw_only=True)
class StageContent:
    """The instructions of a stage.

    Attributes:
        instructions: all of them, expanded; one that cannot be expanded is as written.
        problem: the first mistake, or None.
        inherited: the ARG values that it begins with.
    """

    instructions: tuple[StageInstruction, ...]
    problem: DockerfileError | None
    inherited: InheritedArguments = field(default_factory=InheritedArguments)


def stage_contents(
    starts: Sequence[StageStart],
    bodies: Sequence[Sequence[SourcedInstruction]],
    given: GlobalScope,
    build_args: Mapping[str, str],
) -> tuple[StageContent, ...]:
    """The content of each stage, in order; a stage that a named context replaces has no instructions.

    Args:
        starts: by stage, what it begins with.
        bodies: by stage, its instructions.
        given: the file's escape token, and the values for ARGs that have none of their own.
        build_args: values of `--build-arg`.
    """
    children = Counter(start.base.stage for start in starts)
    ends = dict[int, _State]()
    contents = list[StageContent]()
    for index, (start, body) in enumerate(zip(starts, bodies, strict=True)):
        state = _start_state(start, ends, children)
        if start.base.replaced_by is not None:
            contents.append(StageContent(instructions=(), problem=None))
        else:
            reader = _Reader(index, starts, state)
            contents.append(
                reader.read(body, lambda item, scope: expand_instruction(item, scope, given, build_args))
            )
        if children[index]:
            ends[index] = state
    return tuple(contents)


@dataclass(slots=True, kw_only=True)
class _State:
    """Variables and working directory; the latter is None where only a base image knows it."""

    scope: StageScope
    directory: str | None


def _start_state(start: StageStart, ends: dict[int, _State], children: Counter[int | None]) -> _State:
    base = start.base.stage
    if base is None:
        scope = image_scope(start.environment, start.platform.os)
        return _State(scope=scope, directory=start.directory)
    children[base] -= 1
    is_last = children[base] == 0
    state = ends.pop(base) if is_last else ends[base]
    return _State(scope=state.scope.child(last=is_last), directory=state.directory)


class _Reader:
    """Reads the instructions of one stage, and keeps the first mistake."""

    def __init__(self, index: int, starts: Sequence[StageStart], state: _State) -> None:
        self._index = index
        self._starts = starts
        self._state = state
        self._problem: DockerfileError | None = None

    def read(
        self,
        body: Sequence[SourcedInstruction],
        expand: Callable[[SourcedInstruction, StageScope], StageInstruction],
    ) -> StageContent:
        """The content of the stage."""
        inherited = self._state.scope.inherited
        instructions = tuple(self._instruction(item, expand) for item in body)
        return StageContent(instructions=instructions, problem=self._problem, inherited=inherited)

    def _instruction(
        self, item: SourcedInstruction, expand: Callable[[SourcedInstruction, StageScope], StageInstruction]
    ) -> StageInstruction:
        try:
            instruction = expand(item, self._state.scope)
        except DockerfileError as error:
            self._problem = self._problem or error
            return StageInstruction(
                instruction=item.instruction,
                is_trigger=item.is_trigger,
                words=item.instruction.arguments,
                copied=item.sources[0] if item.sources and item.instruction.keyword == "COPY" else None,
            )
        try:
            self._check(instruction)
        except DockerfileError as error:
            self._problem = self._problem or error
        self._state.directory = working_directory(instruction, self._state.directory)
        return instruction

    def _check(self, instruction: StageInstruction) -> None:
        if instruction.copied:
            self._check_order(instruction, instruction.copied, None)
        # what only an unknown variable tells is left for the build to judge
        is_known = not instruction.unknown
        if instruction.keyword in ("ADD", "COPY") and is_known:
            check_copy(instruction)
        if is_known:
            check_settings(instruction)
        for mount in instruction.mounts:
            if mount.mount.from_ or mount.mount.type == "cache":
                self._check_order(instruction, mount.source, mount)
            if is_known:
                check_mount(mount, self._state.directory)

    def _check_order(self, instruction: StageInstruction, source: Source, mount: StageMount | None) -> None:
        """Refuses a source that is built later; one that a named context replaces is there from the start."""
        stage = source.stage
        if stage is not None and stage > self._index and self._starts[stage].base.replaced_by is None:
            label = self._starts[self._index].text.label
            raise later_source(instruction, mount, label).located(source.span)

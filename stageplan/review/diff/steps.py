"""What the builder compares to find an instruction in its cache.

An instruction that does something hits where everything before it in the stage, and everything that it takes,
is what it was. What a COPY or a read-only mount takes from another stage is compared by content, which only
the build shows; so every step has two digests: one as if that content changed with its stage, and one as if
it never did.

Source: moby/buildkit, `solver/llbsolver/ops` (`exec.go`, `file.go`) and `frontend/dockerfile/dockerfile2llb`.
"""

import posixpath
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256

from stageplan.context.files import Reading
from stageplan.context.framing import framed
from stageplan.dockerfile.references import InvalidReferenceError, parse_reference
from stageplan.graph import Source, Stage, StageInstruction, StageMount
from stageplan.keys.texts import instruction_text, mount_text
from stageplan.review.diff.side import FilesOf, Side

STEPS = frozenset({"ADD", "COPY", "RUN", "WORKDIR"})

SameStage = Callable[[int], str]
"""A word for a stage that it shares with the stage of the other side that it is the same as."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """An instruction, and what its result depends on.

    Attributes:
        instruction: the instruction.
        words: what it says, in one way of writing it; names of stages are left out.
        is_step: it does something; others only set what later ones see.
        digest: of all that its result depends on.
        certain: the same, as if what it takes from other stages never changed.
        before: the digest of the files that it starts from.
        variables: those that a command sees here.
        files: what it reads of the build context, by path; None where that is nothing, or unknown.
        sources: the stages that it copies or mounts.
        images: the images that it copies or mounts.
    """

    instruction: StageInstruction
    words: str
    is_step: bool
    digest: str = ""
    certain: str = ""
    before: str = ""
    variables: tuple[tuple[str, str], ...] = ()
    files: Mapping[str, str] | None = None
    sources: tuple[int, ...] = ()
    images: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    """What an instruction finds."""

    digest: str
    certain: str
    variables: Mapping[str, str] = field(default_factory=dict)
    user: str = ""
    shell: str = ""
    folder: str = "/"


@dataclass(frozen=True, slots=True, kw_only=True)
class StageSteps:
    """The instructions of a stage, and what is left at its end."""

    steps: tuple[Step, ...]
    digest: str
    certain: str


def stage_steps(side: Side, same_stage: SameStage) -> tuple[StageSteps, ...]:
    """The steps of every stage, in file order; a stage that goes round in a circle counts as empty."""
    return _Chains(side, same_stage).all()


class _Chains:
    """Follows every stage after those that it takes from."""

    def __init__(self, side: Side, same_stage: SameStage) -> None:
        self._side = side
        self._same_stage = same_stage
        self._states: dict[int, _State] = {}
        self._found: dict[int, StageSteps] = {}

    def all(self) -> tuple[StageSteps, ...]:
        graph = self._side.graph
        waiting = list(reversed(range(len(graph.stages))))
        open_stages: set[int] = set()
        while waiting:
            index = waiting.pop()
            missing = [each for each in graph.sources(index) if each not in self._found]
            if index in self._found:
                continue
            if missing and index not in open_stages:
                open_stages.add(index)
                waiting += [index, *reversed(missing)]
            else:
                self._follow(graph.stages[index])
        return tuple(self._found[index] for index in range(len(graph.stages)))

    def _follow(self, stage: Stage) -> None:
        state = self._start(stage)
        steps = []
        for instruction in () if stage.replaced_by else stage.instructions:
            step, state = self._step(instruction, state)
            steps.append(step)
        self._states[stage.index] = state
        self._found[stage.index] = StageSteps(steps=tuple(steps), digest=state.digest, certain=state.certain)

    def _start(self, stage: Stage) -> _State:
        if not stage.replaced_by and stage.base_stage in self._states:
            return self._states[stage.base_stage]
        base = stage.replaced_by or stage.base_context or stage.base_image or stage.base
        digest = _digest("base", self._side.pinned.get(base, base), stage.effective_platform)
        return _State(digest=digest, certain=digest)

    def _step(self, instruction: StageInstruction, state: _State) -> tuple[Step, _State]:
        words = _words(instruction)
        match instruction.keyword:
            case "ARG" | "ENV":
                variables = dict(state.variables)
                for name, value in instruction.assigns:
                    variables.pop(name, None)
                    variables[name] = value
                state = replace(state, variables=variables)
            case "USER":
                state = replace(state, user=words)
            case "SHELL":
                state = replace(state, shell=words)
            case "ADD" | "COPY" | "RUN" | "WORKDIR":
                return self._doing(instruction, words, state)
            case _:  # settings of the image
                pass
        return Step(instruction=instruction, words=words, is_step=False), state

    def _doing(self, instruction: StageInstruction, words: str, state: _State) -> tuple[Step, _State]:
        """A step, and what it leaves."""
        step = self._taken(instruction, words, state)
        if instruction.keyword == "WORKDIR":
            state = replace(state, folder=posixpath.join(state.folder, instruction.words[0]))
            if state.folder == "/":
                return replace(step, is_step=False), state
        seen = tuple(_seen(instruction, state))
        contents, certain_contents = self._contents(step)
        if ("link", "true") in instruction.flags:  # its result is laid over whatever there is
            step = replace(
                step,
                digest=_digest("link", words, *seen, *contents),
                certain=_digest("link", words, *seen, *certain_contents),
            )
            digest, certain = _digest(state.digest, step.digest), _digest(state.certain, step.certain)
        else:
            digest = _digest(state.digest, words, *seen, *contents)
            certain = _digest(state.certain, words, *seen, *certain_contents)
            step = replace(step, digest=digest, certain=certain)
        return step, replace(state, digest=digest, certain=certain)

    def _taken(self, instruction: StageInstruction, words: str, state: _State) -> Step:
        """A step with what it takes from elsewhere, still without digests."""
        taken = [source for source, _ in _sources(instruction)]
        return Step(
            instruction=instruction,
            words=words,
            is_step=True,
            before=state.digest,
            variables=tuple(state.variables.items()) if instruction.runs else (),
            files=_files(instruction, self._side.files_of),
            sources=tuple(
                source.stage for source in taken if source.stage is not None and source.stage in self._states
            ),
            images=tuple(pinned_image(source.image, self._side) for source in taken if source.image),
        )

    def _contents(self, step: Step) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What it takes, as if it changed with its stage, and as if it never did."""
        files = [f"{path}\0{digest}" for path, digest in sorted((step.files or {}).items())]
        changing, certain = [*files, *step.images], [*files, *step.images]
        for source, by_content in _sources(step.instruction):
            if source.stage is None or source.stage not in self._states:
                continue
            state = self._states[source.stage]
            changing.append(state.digest)
            certain.append(self._same_stage(source.stage) if by_content else state.certain)
        return tuple(changing), tuple(certain)


def pinned_image(name: str, side: Side) -> str:
    """An image as it is written, with the digest that the side's lock file gives it."""
    try:
        digest = side.pinned.get(parse_reference(name).normalized)
    except InvalidReferenceError:
        return name
    return f"{name}@{digest}" if digest and "@" not in name else name


def _words(instruction: StageInstruction) -> str:
    """What an instruction says, without names of stages."""
    if instruction.keyword not in STEPS:
        return f"{instruction.keyword} {' '.join(instruction.instruction.value.split())}"
    heredocs = instruction.files or instruction.instruction.heredocs
    parts = [
        instruction.keyword,
        instruction_text(instruction),
        *(mount_text(mount.mount) for mount in instruction.mounts),
        *(f"{heredoc.name}\n{heredoc.content}" for heredoc in heredocs),
        *((instruction.text,) if instruction.unknown else ()),
    ]
    return "\n".join(parts)


def _seen(instruction: StageInstruction, state: _State) -> Iterator[str]:
    """What an instruction sees beside the files before it and what it takes."""
    match instruction.keyword:
        case "RUN":
            yield from (state.user, state.folder, "" if instruction.instruction.is_json else state.shell)
            yield from (f"{name}={value}" for name, value in state.variables.items())
        case "WORKDIR":
            yield from (state.user, state.folder)
        case _:
            yield state.folder


def _sources(instruction: StageInstruction) -> Iterator[tuple[Source, bool]]:
    """What it takes from stages and images, and whether that is compared by content."""
    if instruction.copied:
        yield instruction.copied, True
    for mount in instruction.mounts:
        if mount.reads_source:
            yield mount.source, mount.mount.type == "bind" and mount.mount.read_only


def _files(instruction: StageInstruction, files_of: FilesOf) -> Mapping[str, str] | None:
    """What it reads of the build context."""
    found: dict[str, str] = {}
    readings = tuple(readings_of(instruction))
    for reading in readings:
        files = files_of(reading)
        if files is None:
            return None
        found |= files
    return found if readings else None


def readings_of(instruction: StageInstruction) -> Iterator[Reading]:
    """What a COPY, an ADD or mounts ask of the build context."""
    if instruction.context_sources:
        yield Reading(
            sources=instruction.context_sources,
            excludes=tuple(value for name, value in instruction.flags if name == "exclude"),
            parents=("parents", "true") in instruction.flags,
            span=instruction.span,
        )
    yield from (_mounted(mount) for mount in instruction.mounts if mount.reads_context)


def _mounted(mount: StageMount) -> Reading:
    return Reading(sources=(mount.mount.source or "/",), wildcards=False, span=mount.source.span)


def _digest(*parts: str) -> str:
    return sha256(framed(*(part.encode("utf-8", "surrogateescape") for part in parts))).hexdigest()


def known(stages: Sequence[StageSteps], needed: frozenset[int]) -> tuple[frozenset[str], frozenset[str]]:
    """The digests of all steps that a build of the needed stages leaves in the cache, both kinds."""
    steps = [step for index in sorted(needed) for step in stages[index].steps if step.is_step]
    return frozenset(step.digest for step in steps), frozenset(step.certain for step in steps)

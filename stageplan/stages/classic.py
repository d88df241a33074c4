"""What is different where Docker's classic builder reads the same file.

It builds every stage from the first to the target, whether the target needs it or not; a target is the first
stage of its name; a COPY sees only stages that are built already. What it does not know it refuses or, worse,
passes over.
"""

from collections.abc import Iterator, Mapping, Sequence

from stageplan.dockerfile.instructions import Dockerfile, Instruction
from stageplan.dockerfile.problems import UnlocatedError
from stageplan.dockerfile.variables import ExpansionError, expand_with_names
from stageplan.errors import DockerfileError
from stageplan.source import Span
from stageplan.stages.global_scope import AUTOMATIC_NAMES
from stageplan.stages.model import Stage, StageInstruction
from stageplan.stages.remote_sources import remote_kind

_HINT = "build it with BuildKit, or choose another strategy than classic and archive"
_REFUSED_FLAGS = frozenset({"chmod"})
_PASSED_OVER_FLAGS = frozenset({"checksum", "exclude", "keep-git-dir", "parents", "unpack"})


def classic_target(stages: Sequence[Stage], name: str | None) -> int:
    """The stage that the classic builder ends with: the first of that name, or the last of all."""
    names = (stage.index for stage in stages if name and stage.name == name.lower())
    return next(names, len(stages) - 1)


def classic_stages(target: int) -> range:
    """The stages that the classic builder builds for a target, in order."""
    return range(target + 1)


def check_classic(
    dockerfile: Dockerfile, stages: Sequence[Stage], build_args: Mapping[str, str], target: int
) -> None:
    """Refuses a file that the classic builder would refuse, or build into something else.

    Args:
        dockerfile: the file.
        stages: its stages, as BuildKit sees them.
        build_args: values of `--build-arg`.
        target: index of the last stage that is built.

    Raises:
        DockerfileError: what is wrong first in the order of the file.
    """
    declared = _declared(dockerfile, build_args)
    lines = dict[str, int]()
    for index in classic_stages(target):
        stage = stages[index]
        start = dockerfile.stages[index].start
        if stage.name in lines:
            message = f"{stage.name} stage name already used"
            hint = f"rename this stage, or the one on line {lines[stage.name]}"
            raise UnlocatedError("classic-duplicate", message, hint=hint).located(start.place_of_word(2))
        lines |= {stage.name: stage.span.line} if stage.name else {}
        for name in _automatic_names(start, declared, dockerfile.escape):
            message = f"the classic builder gives '{name}' no value"
            hint = f"pass it with `--build-arg {name}=...` and declare it before the first FROM"
            raise UnlocatedError("classic-arg", message, hint=hint).located(start.place_of(name))
        for instruction in stage.instructions:
            for error in _problems(stage, instruction):
                raise error


def _declared(dockerfile: Dockerfile, build_args: Mapping[str, str]) -> dict[str, str]:
    """The variables that FROM lines see; values matter only as far as they are there."""
    pairs = (pair for instruction in dockerfile.global_args for pair in instruction.pairs)
    return {
        pair.name: build_args.get(pair.name, pair.value or "")
        for pair in pairs
        if pair.value is not None or pair.name in build_args
    }


def _automatic_names(start: Instruction, declared: Mapping[str, str], escape: str) -> list[str]:
    """The variables that a FROM reads and that only BuildKit sets."""
    words = [start.arguments[0], start.flag("platform") or ""]
    unset = set[str]()
    for word in words:
        try:
            unset |= expand_with_names(word, declared, escape=escape).unset
        except ExpansionError:  # `${TARGETARCH:?}` has a value for BuildKit, or it would have been refused
            unset |= expand_with_names(word, declared, escape=escape, keep_unset=True).unset
    return sorted(name for name in unset if name in AUTOMATIC_NAMES)


def _problems(stage: Stage, instruction: StageInstruction) -> Iterator[DockerfileError]:
    """What the classic builder cannot do of an instruction."""
    if instruction.keyword == "RUN":
        yield from (_needs_buildkit(flag.name, flag.span) for flag in instruction.instruction.flags)
    if instruction.keyword in ("ADD", "COPY"):
        yield from _copy_problems(stage, instruction)
    if instruction.instruction.heredocs and instruction.keyword != "ONBUILD":
        message = "the classic builder does not know here-documents"
        yield UnlocatedError("classic-feature", message, hint=_HINT).located(instruction.span)


def _copy_problems(stage: Stage, instruction: StageInstruction) -> Iterator[DockerfileError]:
    for flag in instruction.instruction.flags:
        if flag.name in _REFUSED_FLAGS:
            yield _needs_buildkit(flag.name, flag.span)
        elif flag.name in _PASSED_OVER_FLAGS:
            message = f"the classic builder passes over --{flag.name}"
            yield UnlocatedError("classic-feature", message, hint=_HINT).located(flag.span)
    copied = instruction.copied
    if copied and copied.is_index_of_image:
        message = f"invalid from flag value {copied.name}: index out of bounds"
        yield UnlocatedError("classic-from", message, hint="name the image").located(copied.span)
    if copied and copied.stage is not None and copied.stage >= stage.index:
        message = f"the classic builder takes '{copied.name}' for an image: that stage is not built yet"
        yield UnlocatedError("classic-from", message, hint="move that stage above").located(copied.span)
    for source in instruction.sources:
        if remote_kind(source) == "git":
            message = f"the classic builder does not fetch '{source}' with git"
            place = instruction.instruction.place_of(source)
            yield UnlocatedError("classic-feature", message, hint=_HINT).located(place)


def _needs_buildkit(flag: str, place: Span) -> DockerfileError:
    return UnlocatedError("classic-feature", f"the --{flag} option requires BuildKit", hint=_HINT).located(
        place
    )

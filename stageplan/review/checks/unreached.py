"""The check for stages that no build of the targets needs."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from stageplan.graph import Stage, StageGraph
from stageplan.review.checks.finding import Finding, Subject

RULE = "unreached-stage"
_VARIABLE = re.compile(r"\$(?:\{(?:[^{}]|\{[^{}]*\})*\}|\w+)")
_NAME = re.compile(r"\$\{?(\w+)")
_OF_PLATFORM = re.compile(r"(BUILD|TARGET)(PLATFORM|OS|OSVERSION|ARCH|VARIANT)|TARGETSTAGE")
_OWN_TARGET = re.compile(
    r"(?:.*[-_.])?(?:audit|bench|benchmarks?|checks?|ci|coverage|debug|dev|devcontainer|develop|development|docs?|e2e"
    r"|export|format|integration|lint|linter|local|qa|test|tester|testing|tests|typecheck|unit|validate)(?:[-_.].*)?"
)


def unreached_stages(subject: Subject) -> Iterator[Finding]:
    """The stages that are built by none of the targets and by no name that says what they are for.

    Of several that need each other only the last one is named. Where a named context replaces a stage nothing
    is said: its option is why others are not needed.
    """
    graph = subject.graph
    if any(stage.replaced_by for stage in graph.stages):
        return
    reached = graph.reached_from(subject.targets)
    choices, last_meant = tuple(_choices(graph)), _last_meant(graph)
    for stage in graph.stages:
        if stage.index in reached or graph.consumers(stage.index) or _is_own_target(stage):
            continue
        arguments = _choosing_arguments(stage, choices, last_meant)
        if not any(map(_OF_PLATFORM.fullmatch, arguments)):
            yield _finding(subject, stage, arguments)


def _is_own_target(stage: Stage) -> bool:
    """Its name says that it is built for itself: to test, to develop."""
    return stage.name is not None and _OWN_TARGET.fullmatch(stage.name) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Choice:
    """A FROM with variables, which could mean other stages than it does.

    Attributes:
        index: of its stage.
        pattern: the names that it could mean.
        arguments: its variables.
    """

    index: int
    pattern: re.Pattern[str]
    arguments: tuple[str, ...]


def _choices(graph: StageGraph) -> Iterator[_Choice]:
    """The FROMs of a file that choose a stage by variables."""
    for text, stage in zip(graph.dockerfile.stages, graph.stages, strict=True):
        literals = _VARIABLE.split(text.base)
        if len(literals) > 1 and (any(literals) or stage.base_stage is not None):
            pattern = re.compile(".*".join(map(re.escape, literals)))
            yield _Choice(index=text.index, pattern=pattern, arguments=tuple(_NAME.findall(text.base)))


def _choosing_arguments(
    stage: Stage, choices: Iterable[_Choice], last_meant: Mapping[int, int]
) -> tuple[str, ...]:
    """The arguments by which a later FROM could choose this stage, sorted.

    Args:
        stage: the stage.
        choices: the FROMs that choose.
        last_meant: by stage, the last FROM to which its name means it.
    """
    if stage.name is None:
        return ()
    found: set[str] = set()
    for choice in choices:
        is_meant = stage.index < choice.index <= last_meant[stage.index]
        if is_meant and choice.pattern.fullmatch(stage.name):
            found.update(choice.arguments)
    return tuple(sorted(found))


def _last_meant(graph: StageGraph) -> Mapping[int, int]:
    """By stage, the last FROM to which its name means it: that of the next stage of the same name."""
    last: dict[int, int] = {}
    following: dict[str | None, int] = {}
    for stage in reversed(graph.stages):
        last[stage.index] = following.get(stage.name, len(graph.stages))
        following[stage.name] = stage.index
    return last


def _finding(subject: Subject, stage: Stage, arguments: tuple[str, ...]) -> Finding:
    text = subject.graph.dockerfile.stages[stage.index]
    targets = " or ".join(f"'{subject.graph.stages[index].label}'" for index in subject.targets)
    message = f"stage '{stage.label}' is not needed for {targets}"
    if arguments:
        names = " and ".join(f"'{name}'" for name in arguments)
        message += f"; that depends on {names}"
        hint = f"a build with another `--build-arg {arguments[0]}=…` may need it; else delete it"
    elif _can_be_target(subject, stage):
        hint = f"build it with `--target {stage.name}`, or delete it"
    else:
        message += ", and no `--target` can name it"
        hint = "delete it, or give it a name of its own with AS"
        return Finding(rule=RULE, severity="warning", message=message, span=text.start.span, hint=hint)
    return Finding(rule=RULE, severity="note", message=message, span=text.start.place_of_word(2), hint=hint)


def _can_be_target(subject: Subject, stage: Stage) -> bool:
    """It has a name, and no later stage has the same."""
    return stage.name is not None and subject.graph.find(stage.name).index == stage.index

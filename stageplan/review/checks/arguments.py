"""The check for arguments that change with every build and stand before packages are installed."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, partial

from stageplan.graph import Stage, StageGraph, StageInstruction
from stageplan.review.checks.finding import Finding, Subject
from stageplan.review.checks.installs import installs_of
from stageplan.review.checks.lineage import stages_by_base
from stageplan.review.checks.shell_commands import shell_text

RULE = "volatile-arg"
_SYSTEMS = (
    r"(CI|CI_PIPELINE|GITHUB|GITLAB|CIRCLE|BUILDKITE|BITBUCKET|DRONE|JENKINS|TRAVIS|APP|GIT|VCS|SOURCE|IMAGE)"
)
_VOLATILE = re.compile(
    rf"({_SYSTEMS}_)?(COMMIT|COMMIT_SHA|COMMIT_HASH|COMMIT_ID|COMMIT_REF|SHA|SHORT_SHA|SHA1|GIT_SHA|GIT_COMMIT|GIT_HASH"
    r"|GIT_REV|GIT_REVISION|GIT_REF|GIT_DESCRIBE|VCS_REF|BUILD_ID|BUILD_NUMBER|BUILD_NUM|BUILD_DATE|BUILD_TIME"
    r"|BUILD_TIMESTAMP|BUILD_SHA|BUILD_COMMIT|RUN_ID|RUN_NUMBER|JOB_ID|PIPELINE_ID)"
    r"|BUILDDATE|BUILDTIME|BUILDNUMBER|TIMESTAMP|REVISION|(GIT|VCS)_(REVISION|REV|HASH)",
    re.IGNORECASE,
)


_Late = tuple[int, str, int]
"""An installation: the stage it stands in, its command, its line."""


def volatile_arguments(subject: Subject) -> Iterator[Finding]:
    """The ARGs that are named like a commit, a build number or a date, before an installation of packages."""
    children = stages_by_base(subject.graph)
    below = cache(partial(_by_stage, subject.graph, children))
    for stage in subject.graph.stages:
        for at, argument in enumerate(stage.instructions):
            if argument.keyword != "ARG" or argument.is_trigger:
                continue
            for pair in argument.instruction.pairs:
                if _VOLATILE.fullmatch(pair.name):
                    rest = stage.instructions[at + 1 :]
                    found = _first(rest, stage, pair.name, children, below(pair.name))
                    if found:
                        yield _finding(argument, pair.name, found)


def _by_stage(
    graph: StageGraph, children: Mapping[int, Sequence[Stage]], name: str
) -> Mapping[int, _Late | None]:
    """By stage, the first installation that sees an argument of above the stage and could stand above it."""
    found: dict[int, _Late | None] = {}
    for stage in reversed(graph.stages):
        found[stage.index] = _first(stage.instructions, stage, name, children, found)
    return found


def _first(
    body: Sequence[StageInstruction],
    stage: Stage,
    name: str,
    children: Mapping[int, Sequence[Stage]],
    below: Mapping[int, _Late | None],
) -> _Late | None:
    """The first such installation among instructions of a stage, else in the stages that start from it."""
    for instruction in body:
        if not instruction.runs:
            continue
        if name in shell_text(instruction):
            return None  # it is needed from here on
        for install in installs_of(instruction):
            return stage.index, install.command, instruction.span.line
    found = (below[child.index] for child in children.get(stage.index, ()))
    return min((late for late in found if late), default=None)


def _finding(argument: StageInstruction, name: str, late: _Late) -> Finding:
    _, command, line = late
    return Finding(
        rule=RULE,
        severity="warning",
        message=f"each new value of '{name}' makes '{command}' on line {line} run again",
        span=argument.instruction.place_of(name),
        hint=f"move `ARG {name}` and what reads it below line {line}",
    )

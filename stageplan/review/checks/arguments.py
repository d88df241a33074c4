"""The check for arguments that change with every build and stand before packages are installed."""

import re
from collections.abc import Iterator

from stageplan.graph import StageInstruction
from stageplan.review.checks.finding import Finding, Subject
from stageplan.review.checks.installs import installs_of
from stageplan.review.checks.lineage import lineage, own_instructions
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


def volatile_arguments(subject: Subject) -> Iterator[Finding]:
    """The ARGs that are named like a commit, a build number or a date, before an installation of packages."""
    for stage in subject.graph.stages:
        for argument in own_instructions(stage):
            if argument.keyword != "ARG":
                continue
            for pair in argument.instruction.pairs:
                install = _VOLATILE.fullmatch(pair.name) and _install_after(subject, argument, pair.name)
                if install:
                    yield _finding(argument, pair.name, install)


def _install_after(subject: Subject, argument: StageInstruction, name: str) -> tuple[str, int] | None:
    """The first installation that sees the argument and could stand above it: its command and line."""
    for stage in subject.graph.stages:
        instructions = lineage(subject.graph, stage)
        start = next((at for at, other in enumerate(instructions) if other is argument), len(instructions))
        for instruction in instructions[start:]:
            if not instruction.runs:
                continue
            if name in shell_text(instruction):
                break  # it is needed from here on
            for install in installs_of(instruction):
                return install.command, instruction.span.line
    return None


def _finding(argument: StageInstruction, name: str, install: tuple[str, int]) -> Finding:
    command, line = install
    return Finding(
        rule=RULE,
        severity="warning",
        message=f"each new value of '{name}' makes '{command}' on line {line} run again",
        span=argument.instruction.place_of(name),
        hint=f"move `ARG {name}` and what reads it below line {line}",
    )

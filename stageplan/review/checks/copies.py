"""The check for copies of the whole context before packages are installed."""

import posixpath
from collections.abc import Iterable, Iterator

from stageplan.graph import Stage, StageInstruction
from stageplan.review.checks.finding import Finding, Subject
from stageplan.review.checks.installs import Install, installs_of
from stageplan.review.checks.lineage import lineage
from stageplan.source import Span

RULE = "copy-before-run"
_EVERYTHING = frozenset({".", "/", "*", "/*", "**"})


def copies_before_installs(subject: Subject) -> Iterator[Finding]:
    """The copies of the whole context that make the next installation of packages run anew for any change."""
    seen = set[Span]()
    for stage in subject.graph.stages:
        for copy, run, install in _late_installs(subject, stage):
            if copy.span not in seen:
                seen.add(copy.span)
                yield _finding(copy, run, install)


def _late_installs(
    subject: Subject, stage: Stage
) -> Iterator[tuple[StageInstruction, StageInstruction, Install]]:
    """The first installation that stands after a copy of the whole context and does not need it.

    A program that has read its lists of packages before the copy installs again for a reason: that is the
    usual way in two passes.
    """
    copy: StageInstruction | None = None
    programs = set[str]()
    for instruction in lineage(subject.graph, stage):
        if copy is None and _copies_everything(instruction):
            copy = instruction
        if not instruction.runs:
            continue
        installs = tuple(installs_of(instruction))
        if copy is None:
            programs.update(_reading_manifests(installs))
            continue
        for install in installs:
            if not install.reads_project and install.installer.program not in programs:
                yield copy, instruction, install
                return


def _copies_everything(instruction: StageInstruction) -> bool:
    return not instruction.is_trigger and any(
        posixpath.normpath(source) in _EVERYTHING for source in instruction.context_sources
    )


def _reading_manifests(installs: Iterable[Install]) -> Iterator[str]:
    return (install.installer.program for install in installs if install.reads_manifests)


def _finding(copy: StageInstruction, run: StageInstruction, install: Install) -> Finding:
    line = run.span.line
    message = f"any changed file of the context makes '{install.command}' on line {line} run again"
    if not install.reads_manifests:
        hint = f"move that command above this {copy.keyword}, into a RUN of its own"
    elif install.installer.without_project:
        hint = (
            f"first copy {install.installer.manifests} and run "
            f"`{install.command} {install.installer.without_project}`, then copy the rest"
        )
    else:
        hint = f"first copy {install.installer.manifests} and run `{install.command}`, then copy the rest"
    return Finding(rule=RULE, severity="warning", message=message, span=copy.span, hint=hint)

"""The check for copies of the whole context before packages are installed."""

import posixpath
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from stageplan.graph import StageInstruction
from stageplan.review.checks.finding import Finding, Subject
from stageplan.review.checks.installs import Install, installs_of
from stageplan.source import Span

RULE = "copy-before-run"
_EVERYTHING = frozenset({".", "/", "*", "/*", "**"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Progress:
    """What was seen on the way down to some instruction.

    Attributes:
        copy: the first copy of the whole context, or None.
        programs: those that have read their lists of packages before it. One that installs again after it
            does so for a reason: that is the usual way, in two passes.
        is_found: an installation after the copy was found.
    """

    copy: StageInstruction | None = None
    programs: frozenset[str] = frozenset()
    is_found: bool = False


def copies_before_installs(subject: Subject) -> Iterator[Finding]:
    """The copies of the whole context that make the next installation of packages run anew for any change."""
    seen = set[Span]()
    ends = dict[int | None, _Progress]()
    for stage in subject.graph.stages:
        progress = ends.get(stage.base_stage, _Progress())
        for instruction in stage.instructions:
            progress, finding = _after(progress, instruction)
            if finding and finding.span not in seen:
                seen.add(finding.span)
                yield finding
        ends[stage.index] = progress


def _after(progress: _Progress, instruction: StageInstruction) -> tuple[_Progress, Finding | None]:
    """The progress after an instruction, and what is found at it: an installation that stands too late."""
    if progress.is_found:
        return progress, None
    if progress.copy is None and _copies_everything(instruction):
        return replace(progress, copy=instruction), None
    if not instruction.runs:
        return progress, None
    installs = tuple(installs_of(instruction))
    if progress.copy is None:
        return replace(progress, programs=progress.programs.union(_reading_manifests(installs))), None
    for install in installs:
        if not install.reads_project and install.installer.program not in progress.programs:
            return replace(progress, is_found=True), _finding(progress.copy, instruction, install)
    return progress, None


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

"""The check for copies that `--link` would make independent of the layers below them.

Such a copy is a layer of its own: it stays as it is when what lies below it changes. It differs from a plain
copy where the destination is a link, where the folders above it are not plain folders of root, and where a
user's name must be looked up. So only copies count that show none of this, with nothing run after them.
"""

import posixpath
import re
from collections.abc import Iterator

from stageplan.graph import Stage, StageInstruction
from stageplan.review.checks.finding import Finding, Subject
from stageplan.review.checks.lineage import lineage, own_instructions
from stageplan.review.checks.shell_commands import shell_text

RULE = "link-safe"
_NUMERIC_OWNER = re.compile(r"\d+(:\d+)?")
_WILDCARD = re.compile(r"[*?\[]")
_NOT_PLAIN = frozenset(
    {"bin", "dev", "home", "lib", "lib32", "lib64", "proc", "root", "run", "sbin", "sys", "tmp", "var"}
)


def linkable_copies(subject: Subject) -> Iterator[Finding]:
    """The first such copy of each stage that a changed layer below it makes run again."""
    started_from = {stage.base_stage for stage in subject.graph.stages}
    for stage in subject.graph.stages:
        copies = () if stage.index in started_from else tuple(_linkable(subject, stage))
        if copies:
            yield _finding(copies)


def _linkable(subject: Subject, stage: Stage) -> Iterator[StageInstruction]:
    """The copies after another one, with no RUN behind them, that can do without what is below."""
    before = lineage(subject.graph, stage)
    own = own_instructions(stage)
    if any(instruction.keyword == "USER" for instruction in before):
        return
    last_run = max((at for at, instruction in enumerate(own) if instruction.runs), default=-1)
    copies = [instruction for instruction in own[last_run + 1 :] if instruction.keyword == "COPY"]
    changed = any(instruction.keyword in ("ADD", "COPY") for instruction in own[: last_run + 1])
    runs = tuple(shell_text(instruction) for instruction in before if instruction.runs)
    for copy in copies if changed else copies[1:]:
        if _needs_nothing_below(copy) and not any(_top(copy) in run for run in runs):
            yield copy


def _needs_nothing_below(copy: StageInstruction) -> bool:
    flags = dict(copy.flags)
    if {"link", "parents"} & flags.keys() or copy.unknown:
        return False
    if "chown" in flags and not _NUMERIC_OWNER.fullmatch(flags["chown"]):
        return False
    destination = copy.destination or ""
    return destination.startswith("/") and _top(copy).strip("/") not in _NOT_PLAIN and _is_plain(copy)


def _is_plain(copy: StageInstruction) -> bool:
    """Where the files come to lie does not depend on what is there."""
    destination = copy.destination or ""
    if destination.endswith("/"):
        return destination != "/"
    names = {posixpath.basename(source) for source in copy.sources}
    return not copy.files and names == {posixpath.basename(destination)} and not _WILDCARD.search(destination)


def _top(copy: StageInstruction) -> str:
    """The first folder of the destination, with its slash."""
    return "/" + posixpath.normpath(copy.destination or "/").lstrip("/").partition("/")[0]


def _finding(copies: tuple[StageInstruction, ...]) -> Finding:
    first, *others = copies
    also = f"; so with {_lines(others)}" if others else ""
    return Finding(
        rule=RULE,
        severity="note",
        message=f"this layer is made again whenever one below it changes, and needs none of them{also}",
        span=first.span,
        hint="write `COPY --link`: the layer is then kept and put on whatever is below",
    )


def _lines(copies: list[StageInstruction]) -> str:
    """The lines of the copies: `line 4`, `lines 4, 6 and 9`."""
    *first, last = [str(copy.span.line) for copy in copies]
    return f"lines {', '.join(first)} and {last}" if first else f"line {last}"

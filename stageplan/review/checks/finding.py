"""What a check finds, and what it looks at."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from stageplan.graph import StageGraph
from stageplan.source import Span

Severity = Literal["warning", "note"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that the build accepts and that costs time, or more.

    Attributes:
        rule: the name under which docs/checks.md explains it.
        severity: a warning should be acted on; a note is good to know.
        message: what is doubtful, lower case, the user's words in quotes, no full stop.
        span: where it stands.
        hint: what to do about it, or None.
    """

    rule: str
    severity: Severity
    message: str
    span: Span
    hint: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is checked.

    Attributes:
        graph: the stages of the file.
        targets: the stages that the user builds for themselves: what is published, tests, lint.
    """

    graph: StageGraph
    targets: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One check.

    Attributes:
        name: how findings and `--ignore` call it.
        severity: that of its findings, unless one knows better.
        summary: what it finds, in a few words.
        advice: what to do about such findings.
        find: the findings, in any order; None where the graph itself warns.
    """

    name: str
    severity: Severity
    summary: str
    advice: str
    find: Callable[[Subject], Iterator[Finding]] | None

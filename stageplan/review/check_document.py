"""Findings as text for a person, and as JSON for a program."""

import json
from collections.abc import Iterable, Sequence

from stageplan.review.checks.finding import Finding
from stageplan.source import excerpt_of


def findings_text(findings: Iterable[Finding], text: str) -> str:
    """The findings in the shape of errors, each with the line it is about; "" where there are none.

    Args:
        findings: what was found.
        text: the Dockerfile.
    """
    lines = text.split("\n")
    return "".join(f"{_paragraph(finding, lines)}\n" for finding in findings)


def findings_json(findings: Iterable[Finding]) -> bytes:
    """The findings as a JSON array, in the order given."""
    rows = [
        {
            "rule": finding.rule,
            "severity": finding.severity,
            "message": finding.message,
            "hint": finding.hint,
            "path": finding.span.path,
            "line": finding.span.line,
            "column": finding.span.column,
            "end_line": finding.span.end_line or finding.span.line,
            "width": finding.span.width,
        }
        for finding in findings
    ]
    return json.dumps(rows, indent=2, ensure_ascii=False).encode(errors="replace") + b"\n"


def summary(findings: Iterable[Finding]) -> str:
    """How many there are: `1 warning, 2 notes`."""
    severities = [finding.severity for finding in findings]
    counts = ((severities.count(severity), severity) for severity in ("warning", "note"))
    parts = [f"{count} {severity}{'s' if count > 1 else ''}" for count, severity in counts if count]
    return ", ".join(parts) or "nothing to warn of"


def _paragraph(finding: Finding, lines: Sequence[str]) -> str:
    parts = [
        f"{finding.span}: {finding.severity}[{finding.rule}]: {finding.message}",
        excerpt_of(lines, finding.span),
    ]
    if finding.hint:
        parts.append(f"hint: {finding.hint}")
    return "\n".join(part for part in parts if part)

"""Findings as SARIF 2.1.0, which code hosts show beside the lines of a change.

Source: Static Analysis Results Interchange Format (SARIF) Version 2.1.0, OASIS Standard.
"""

import json
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from stageplan import __version__
from stageplan.review.checks.finding import Finding
from stageplan.review.checks.rules import RULES
from stageplan.source import Span


def findings_sarif(findings: Iterable[Finding]) -> bytes:
    """A SARIF log of one run, with all rules and the findings in the order given."""
    log = {
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "stageplan", "version": __version__, "rules": _rules()}},
                "columnKind": "unicodeCodePoints",
                "results": [_result(finding) for finding in findings],
            }
        ],
    }
    return json.dumps(log, indent=2, ensure_ascii=False).encode(errors="replace") + b"\n"


def _rules() -> list[dict[str, Any]]:
    return [
        {
            "id": rule.name,
            "shortDescription": {"text": rule.summary},
            "help": {"text": rule.advice},
            "defaultConfiguration": {"level": rule.severity},
        }
        for rule in RULES
    ]


def _result(finding: Finding) -> dict[str, Any]:
    indexes = {rule.name: index for index, rule in enumerate(RULES)}
    text = f"{finding.message}\n{finding.hint}" if finding.hint else finding.message
    return {
        "ruleId": finding.rule,
        "ruleIndex": indexes[finding.rule],
        "level": finding.severity,
        "message": {"text": text},
        "locations": [{"physicalLocation": _location(finding.span)}],
    }


def _location(span: Span) -> dict[str, Any]:
    """The place of a finding; one that goes over several lines ends with its last line."""
    region = {"startLine": span.line, "startColumn": span.column}
    if span.end_line > span.line:
        region["endLine"] = span.end_line
    else:
        region["endColumn"] = span.column + span.width
    return {"artifactLocation": {"uri": _uri(span.path)}, "region": region}


def _uri(path: str) -> str:
    """The path as a relative reference, or as a `file:` URI where it is absolute."""
    prefix = "file://" if path.startswith("/") else ""
    return prefix + quote(PurePosixPath(path).as_posix(), errors="surrogateescape")

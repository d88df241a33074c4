"""How findings are written: text, JSON, SARIF."""

import json

import pytest
from jsonschema import Draft202012Validator

from stageplan.review.check_document import findings_json, findings_text, summary
from stageplan.review.checks.finding import Finding, Severity
from stageplan.review.checks.rules import RULES
from stageplan.review.sarif import findings_sarif
from stageplan.source import Span


def _object(**properties: object) -> dict[str, object]:
    """The schema of an object that has exactly these members."""
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in ("endLine", "endColumn")],
        "additionalProperties": False,
    }


_TEXT = _object(text={"type": "string", "minLength": 1})
_LEVEL = {"enum": ["none", "note", "warning", "error"]}
_ONE_OR_MORE = {"type": "integer", "minimum": 1}
_REGION = _object(
    startLine=_ONE_OR_MORE, startColumn=_ONE_OR_MORE, endLine=_ONE_OR_MORE, endColumn=_ONE_OR_MORE
)
_LOCATION = _object(
    physicalLocation=_object(
        artifactLocation=_object(uri={"type": "string", "format": "uri-reference"}), region=_REGION
    )
)
_RULE = _object(
    id={"type": "string"},
    shortDescription=_TEXT,
    help=_TEXT,
    defaultConfiguration=_object(level=_LEVEL),
)
_RESULT = _object(
    ruleId={"type": "string"},
    ruleIndex={"type": "integer", "minimum": 0},
    level=_LEVEL,
    message=_TEXT,
    locations={"type": "array", "items": _LOCATION, "minItems": 1},
)
_DRIVER = _object(
    name={"const": "stageplan"},
    version={"type": "string"},
    rules={"type": "array", "items": _RULE, "uniqueItems": True},
)
_RUN = _object(
    tool=_object(driver=_DRIVER),
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    results={"type": "array", "items": _RESULT},
)
# the part of SARIF 2.1.0 that is written, by its names, kinds and choices
_SARIF = _object(
    **{"$schema": {"type": "string", "format": "uri"}},
    version={"const": "2.1.0"},
    runs={"type": "array", "items": _RUN, "minItems": 1},
)

TEXT = "FROM alpine\nCOPY . /é\nRUN a \\\n  b\n"


def a_finding(
    span: Span, *, severity: Severity = "warning", rule: str = "copy-before-run", hint: str | None = "do 'x'"
) -> Finding:
    return Finding(rule=rule, severity=severity, message="it is so", span=span, hint=hint)


ONE_LINE = a_finding(Span(path="app/Docker file", line=2, column=6, end_line=2, width=1))
TWO_LINES = a_finding(
    Span(path="/w/Dockerfile", line=3, end_line=4, width=5), severity="note", rule="link-safe", hint=None
)


def test_text_has_the_shape_of_errors() -> None:
    assert findings_text([ONE_LINE, TWO_LINES], TEXT) == (
        "app/Docker file:2:6: warning[copy-before-run]: it is so\n"
        "2 | COPY . /é\n"
        "         ^\n"
        "hint: do 'x'\n"
        "/w/Dockerfile:3:1: note[link-safe]: it is so\n"
        "3 | RUN a \\\n"
        "    ^^^^^\n"
    )


def test_text_of_nothing_is_empty() -> None:
    assert findings_text([], TEXT) == ""


def test_json_keeps_the_order_and_all_fields() -> None:
    assert json.loads(findings_json([TWO_LINES, ONE_LINE])) == [
        {
            "rule": "link-safe",
            "severity": "note",
            "message": "it is so",
            "hint": None,
            "path": "/w/Dockerfile",
            "line": 3,
            "column": 1,
            "end_line": 4,
            "width": 5,
        },
        {
            "rule": "copy-before-run",
            "severity": "warning",
            "message": "it is so",
            "hint": "do 'x'",
            "path": "app/Docker file",
            "line": 2,
            "column": 6,
            "end_line": 2,
            "width": 1,
        },
    ]


@pytest.mark.parametrize(
    ("findings", "expected"),
    [
        ([], "nothing to warn of"),
        ([ONE_LINE], "1 warning"),
        ([TWO_LINES, ONE_LINE, TWO_LINES], "1 warning, 2 notes"),
    ],
    ids=["nothing", "one", "both"],
)
def test_summary(findings: list[Finding], expected: str) -> None:
    assert summary(findings) == expected


@pytest.mark.parametrize("findings", [[], [ONE_LINE, TWO_LINES]], ids=["nothing", "two"])
def test_sarif_has_the_members_of_the_standard(findings: list[Finding]) -> None:
    Draft202012Validator(_SARIF).validate(json.loads(findings_sarif(findings)))


def test_sarif_names_rules_and_places() -> None:
    (run,) = json.loads(findings_sarif([ONE_LINE, TWO_LINES]))["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [rule.name for rule in RULES]
    assert [rules[result["ruleIndex"]]["id"] for result in run["results"]] == ["copy-before-run", "link-safe"]
    assert [result["message"]["text"] for result in run["results"]] == ["it is so\ndo 'x'", "it is so"]
    assert [result["locations"][0]["physicalLocation"] for result in run["results"]] == [
        {
            "artifactLocation": {"uri": "app/Docker%20file"},
            "region": {"startLine": 2, "startColumn": 6, "endColumn": 7},
        },
        {
            "artifactLocation": {"uri": "file:///w/Dockerfile"},
            "region": {"startLine": 3, "startColumn": 1, "endLine": 4},
        },
    ]


def test_bytes_that_are_no_text_become_question_marks() -> None:
    finding = a_finding(Span(path="Dockerfile", line=1), hint="\udcff")
    assert b'"hint": "?"' in findings_json([finding])
    assert b"it is so\\n?" in findings_sarif([finding])

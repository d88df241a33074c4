"""What each rule finds, and what it leaves alone: a folder of `fixtures/checks` is a case."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stageplan.dockerfile.reader import read_dockerfile
from stageplan.errors import StageplanError
from stageplan.graph import BuildOptions, build_graph
from stageplan.review.check_document import findings_json
from stageplan.review.checks.finding import Finding, Subject
from stageplan.review.checks.rules import RULES, check

ROOT = Path(__file__).parents[2]
CASES = ROOT / "fixtures" / "checks"
GOOD = sorted(path.name for path in CASES.glob("good-*"))


def found(data: bytes, options: dict[str, Any], ignored: frozenset[str] = frozenset()) -> tuple[Finding, ...]:
    graph_options = {name: value for name, value in options.items() if name not in ("targets", "checks")}
    graph = build_graph(read_dockerfile(data, "Dockerfile"), BuildOptions(**graph_options))
    named = (*options.get("targets", ()), *options.get("checks", ()))
    targets = tuple(graph.find(name).index for name in named) or (graph.target,)
    return check(Subject(graph=graph, targets=targets), ignored)


def found_in(case: Path) -> tuple[Finding, ...]:
    options = case / "options.json"
    return found(
        (case / "Dockerfile").read_bytes(), json.loads(options.read_text()) if options.is_file() else {}
    )


@pytest.mark.parametrize("case", sorted(path.name for path in CASES.iterdir()))
def test_case(case: str, *, update_golden: bool) -> None:
    golden = CASES / case / "expected.json"
    data = findings_json(found_in(CASES / case))
    if update_golden:
        golden.write_bytes(data)
    assert golden.read_bytes() == data


@pytest.mark.parametrize("case", GOOD)
def test_good_dockerfiles_have_no_warning(case: str) -> None:
    assert [finding for finding in found_in(CASES / case) if finding.severity == "warning"] == []


def test_the_demo_has_no_warning() -> None:
    findings = found((ROOT / "fixtures/demo/Dockerfile").read_bytes(), {})
    assert [(finding.rule, finding.severity) for finding in findings] == [("link-safe", "note")]


def test_every_rule_has_a_case() -> None:
    rules = {finding.rule for case in CASES.iterdir() for finding in found_in(case)}
    assert rules == {rule.name for rule in RULES}


def test_an_ignored_rule_finds_nothing() -> None:
    data = (CASES / "of-the-graph" / "Dockerfile").read_bytes()
    left = found(data, {}, frozenset({"image-like-stage", "unreached-stage"}))
    assert {finding.rule for finding in left} == {finding.rule for finding in found(data, {})} - {
        "image-like-stage",
        "unreached-stage",
    }


def test_docs_name_each_rule_with_its_severity() -> None:
    lines = (ROOT / "docs/checks.md").read_text().splitlines()
    rows = [line.split("|")[1:3] for line in lines if line.startswith("| `")]
    assert [(name.strip(" `"), severity.strip()) for name, severity in rows] == [
        (rule.name, rule.severity) for rule in RULES
    ]


_LINES = st.sampled_from(
    [
        "FROM alpine AS a",
        "FROM a AS b",
        "FROM ${X:-a}",
        "FROM build-$TARGETARCH",
        "COPY . .",
        "COPY --from=a /x /y",
        "COPY --from=0 ['a b' /y/",
        "COPY *.txt a /srv/",
        "RUN npm ci && 'open",
        'RUN ["pip", "install"]',
        "RUN []",
        "RUN <<E\napt-get install -y \\\n  x # don't\nE",
        "RUN --mount=type=cache,target=/c python -m",
        "RUN uv pip",
        "ARG GIT_SHA API_TOKEN=$GIT_SHA",
        "ENV SECRET x y",
        "ONBUILD COPY . /b",
        "USER me",
        "# comment",
    ]
)


@settings(derandomize=True, deadline=None)
@given(st.lists(_LINES, max_size=12))
def test_any_dockerfile_has_findings_in_order_of_their_places(lines: list[str]) -> None:
    try:
        findings = found("\n".join(["ARG X=a", "FROM alpine AS a", *lines]).encode(), {})
    except StageplanError:
        return
    places = [(finding.span.line, finding.span.column, finding.rule) for finding in findings]
    assert places == sorted(places)

"""Dockerfiles whose stages, edges, images or error a real engine has shown: all of fixtures/cases."""

import json
from pathlib import Path
from typing import Any

import pytest

from stageplan.dockerfile.reader import read_dockerfile
from stageplan.errors import StageplanError
from stageplan.graph import BuildOptions, StageGraph, build_graph
from stageplan.review.graph_json import graph_json

CASES = sorted(Path("fixtures/cases").glob("*.expected.json"))
FIELDS = ("index", "name", "base", "base_stage", "platform")


def graph_of(case: Path) -> StageGraph:
    data = Path(str(case).replace(".expected.json", ".Dockerfile")).read_bytes()
    options = json.loads(case.read_bytes()).get("options", {})
    return build_graph(read_dockerfile(data, "Dockerfile"), BuildOptions(**options))


def cases(*, with_error: bool) -> list[Path]:
    return [case for case in CASES if ("error" in json.loads(case.read_bytes())) is with_error]


@pytest.mark.parametrize("case", cases(with_error=True), ids=lambda case: case.name.split(".")[0])
def test_the_error_is_the_builds(case: Path) -> None:
    with pytest.raises(StageplanError) as caught:
        graph_of(case)
    expected = json.loads(case.read_bytes())["error"].partition("dockerfile parse error on line ")[2]
    text = expected.partition(": ")[2] or json.loads(case.read_bytes())["error"]
    assert text in caught.value.message


@pytest.mark.parametrize("case", cases(with_error=False), ids=lambda case: case.name.split(".")[0])
def test_the_graph_is_the_builds(case: Path) -> None:
    expected = json.loads(case.read_bytes())
    graph = graph_of(case)
    document = json.loads(graph_json(graph))
    assert _stages(document["stages"]) == _stages(expected["stages"])
    assert document["default_target"] == expected["default_target"]
    assert [stage["index"] for stage in document["stages"] if stage["reachable"]] == expected["reachable"]
    edges = {
        (edge.source, edge.consumer, f"onbuild:{edge.trigger}" if edge.trigger else edge.kind)
        for edge in graph.dependencies
    }
    declared = expected["edges"] + expected.get("edges_only_declared", [])
    assert edges == {tuple(edge) for edge in declared}
    shown = {(use["ref"].partition("@")[0], use["stage"], use["kind"]) for use in document["images"]}
    wanted = {(ref.removesuffix(":digest"), stage, kind) for ref, stage, kind in expected["images"]}
    assert shown >= wanted


def _stages(stages: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [tuple(stage[field] for field in FIELDS) for stage in stages]

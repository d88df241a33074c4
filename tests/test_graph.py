"""The graph: what reaches what, in which order, and the names it goes by."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from stageplan.dockerfile.reader import read_dockerfile
from stageplan.errors import StageplanError, UsageError
from stageplan.graph import BuildOptions, StageGraph, build_graph

VECTORS = json.loads(Path("fixtures/vectors/graphs.json").read_bytes())

DIAMOND = """\
FROM x AS base
FROM base AS left
FROM base AS right
FROM y AS unused
FROM base AS final
COPY --from=right /r /r
COPY --from=left /l /l
"""


def graph_of(text: str, **options: Any) -> StageGraph:
    return build_graph(read_dockerfile(text.encode(), "Dockerfile"), BuildOptions(**options))


def test_neighbours() -> None:
    graph = graph_of(DIAMOND)
    assert [graph.sources(index) for index in range(5)] == [(), (0,), (0,), (), (0, 1, 2)]
    assert [graph.consumers(index) for index in range(5)] == [(1, 2, 4), (4,), (4,), (), ()]


def test_what_is_reached() -> None:
    graph = graph_of(DIAMOND, target="LEFT")
    assert (graph.target, graph.default_target, graph.targetstage) == (1, 4, "LEFT")
    assert graph.reachable == {0, 1}
    assert graph.reached_from([2, 3]) == {0, 2, 3}


def test_orders() -> None:
    graph = graph_of(DIAMOND)
    assert graph.build_order([4]) == (0, 1, 2, 4)
    assert graph.build_order([4, 3]) == (0, 1, 2, 3, 4)
    assert graph.waves == (0, 1, 1, 0, 2)


def test_images() -> None:
    graph = graph_of(DIAMOND)
    assert [(use.ref, use.stage) for use in graph.images] == [
        ("docker.io/library/x:latest", 0),
        ("docker.io/library/y:latest", 3),
    ]
    assert [use.stage for use in graph.images_of([4])] == [0]


@pytest.mark.parametrize(
    ("name", "index"),
    [pytest.param("base", 0, id="a name"), pytest.param("FINAL", 4, id="in any case")],
)
def test_find(name: str, index: int) -> None:
    assert graph_of(DIAMOND).find(name).index == index


def test_labels() -> None:
    assert [stage.label for stage in graph_of("FROM x AS A\nFROM y").stages] == ["a", "stage-1"]


def test_a_name_means_the_last_stage() -> None:
    assert graph_of("FROM x AS a\nFROM y AS a\nFROM z").find("a").index == 1


@pytest.mark.parametrize(
    ("text", "name", "hint"),
    [
        pytest.param(DIAMOND, "lfet", "did you mean 'left'?", id="a slip"),
        pytest.param(DIAMOND, "0", "stages have the names base, left, right, unused, final", id="a number"),
        pytest.param("FROM x", "a", "name a stage with `FROM image AS name`", id="no names"),
        pytest.param(
            "".join(f"FROM x AS stage{index}\n" for index in range(20)),
            "zzz",
            "stages have the names " + ", ".join(f"stage{index}" for index in range(12)) + ", ...",
            id="many names",
        ),
    ],
)
def test_no_such_target(text: str, name: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        graph_of(text).find(name)
    assert (caught.value.message, caught.value.hint) == (f'target stage "{name}" could not be found', hint)
    with pytest.raises(UsageError) as again:
        graph_of(text, target=name)
    assert str(again.value) == str(caught.value)


def test_networkx_is_not_imported_before_it_is_needed() -> None:
    code = """
import sys
from stageplan.dockerfile.reader import read_dockerfile
from stageplan.graph import BuildOptions, build_graph
graph = build_graph(read_dockerfile(b"FROM x AS a\\nFROM a\\n", "Dockerfile"), BuildOptions())
print(graph.build_order([1]), "networkx" in sys.modules)
print(graph.waves, "networkx" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == "(0, 1) False\n(0, 1) True\n"


@pytest.mark.parametrize("vector", VECTORS, ids=range(len(VECTORS)))
def test_what_the_builder_made_of_a_file(vector: dict[str, Any]) -> None:
    def graph() -> StageGraph:
        return graph_of(
            vector["dockerfile"], build_args=vector.get("build_args", {}), target=vector.get("target")
        )

    if "error" in vector:
        with pytest.raises(StageplanError) as caught:
            graph()
        expected = vector["error"].partition(" (did you mean")[0]
        if expected.startswith("failed to parse stage name"):  # the builder looks at all names at once
            expected = "failed to parse stage name"
        assert expected in caught.value.message
        return
    found = graph()
    looked_up = {use.stage for use in found.images_of([found.target])} | found.reachable
    edges = {
        (edge.source, edge.consumer, f"onbuild:{edge.trigger}" if edge.trigger else edge.kind)
        for edge in found.dependencies
        if edge.kind != "onbuild" or edge.consumer in vector["reachable_with_unused_mounts"]
    }
    assert [stage.name or "" for stage in found.stages] == vector["names"]
    assert [stage.base_stage for stage in found.stages] == vector["base_stage"]
    assert edges == {tuple(edge) for edge in vector["edges"]}
    assert looked_up <= set(vector["reachable_with_unused_mounts"])

"""The ARG values that a stage begins with, which no image would give it."""

import pytest

from stageplan.dockerfile.reader import read_dockerfile
from stageplan.graph import BuildOptions, ImageConfig, build_graph

IMAGES = {("docker.io/library/x:latest", "linux/amd64"): ImageConfig(environment={"OF_IMAGE": "1"})}


def inherited(text: str) -> list[list[tuple[str, str]]]:
    graph = build_graph(read_dockerfile(text.encode(), "Dockerfile"), BuildOptions(), IMAGES)
    return [list(stage.inherited) for stage in graph.stages]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("FROM x AS a\nARG A=1 B=2\nFROM a", [("A", "1"), ("B", "2")], id="its parent's"),
        pytest.param(
            "FROM x AS a\nARG A=1\nFROM a AS b\nARG B=2\nARG A=3\nFROM b",
            [("A", "3"), ("B", "2")],
            id="of all",
        ),
        pytest.param("FROM x AS a\nARG A=1\nENV A=2\nFROM a", [], id="ENV is kept by the image"),
        pytest.param("FROM x AS a\nENV A=2\nARG A=1\nFROM a", [], id="ENV wins in the child"),
        pytest.param(
            "FROM x AS a\nARG A=1\nFROM a AS b\nENV A=2\nFROM b AS c\nARG A=3\nFROM c", [], id="for good"
        ),
        pytest.param("FROM x AS a\nARG OF_IMAGE=1\nFROM a", [], id="the base image's ENV"),
        pytest.param("FROM x AS a\nARG A\nFROM a", [], id="an ARG without value"),
    ],
)
def test_what_a_child_begins_with(text: str, expected: list[tuple[str, str]]) -> None:
    assert inherited(text)[-1] == expected


def test_children_do_not_see_each_other() -> None:
    text = "FROM x AS a\nARG A=1\nFROM a AS b\nARG A=2\nFROM a AS c\nARG C=1\nFROM b\nFROM c"
    assert inherited(text) == [[], [("A", "1")], [("A", "1")], [("A", "2")], [("A", "1"), ("C", "1")]]


def test_an_argument_hides_a_variable_until_the_stage_ends() -> None:
    text = "FROM x AS a\nENV A=1\nARG A=2\nCOPY $A /\nFROM a\nCOPY $A /"
    graph = build_graph(read_dockerfile(text.encode(), "Dockerfile"), BuildOptions(), IMAGES)
    assert [stage.instructions[-1].sources for stage in graph.stages] == [("2",), ("1",)]

"""ONBUILD: what fires, where, and what it makes a stage need."""

import pytest

from stageplan.dockerfile.reader import read_dockerfile
from stageplan.errors import DockerfileError
from stageplan.graph import BuildOptions, ImageConfig, StageGraph, build_graph


def graph_of(text: str, target: str | None = None, *onbuild: str) -> StageGraph:
    images = {("docker.io/library/x:latest", "linux/amd64"): ImageConfig(onbuild=onbuild)}
    return build_graph(read_dockerfile(text.encode(), "Dockerfile"), BuildOptions(target=target), images)


def edges(graph: StageGraph) -> list[tuple[int, int, str | None]]:
    return [
        (edge.source, edge.consumer, edge.trigger) for edge in graph.dependencies if edge.kind == "onbuild"
    ]


def test_triggers_come_first_and_only_in_the_child() -> None:
    graph = graph_of("FROM y AS a\nONBUILD RUN 1\nONBUILD ENV A=1\nFROM a AS b\nRUN 2\nFROM b\nRUN 3")
    shown = [[(step.text, step.is_trigger) for step in stage.instructions] for stage in graph.stages]
    assert shown == [
        [("ONBUILD RUN 1", False), ("ONBUILD ENV A=1", False)],
        [("RUN 1", True), ("ENV A=1", True), ("RUN 2", False)],
        [("RUN 3", False)],
    ]


def test_the_variables_of_a_trigger_are_the_childs() -> None:
    graph = graph_of("FROM y AS a\nENV A=1\nONBUILD COPY $A /\nONBUILD ENV B=$A\nFROM a\nENV C=$B")
    copy, _, last = graph.stages[1].instructions
    assert (copy.sources, last.assigns) == (("1",), (("C", "1"),))


def test_a_trigger_makes_its_child_need_more() -> None:
    text = "FROM y AS tool\nFROM y AS a\nONBUILD COPY --from=tool /t /t\nFROM a"
    graph = graph_of(text)
    assert edges(graph) == [(0, 2, "copy")]
    assert graph.reachable == {0, 1, 2}
    assert graph.dependencies[1].span.line == 3


def test_a_trigger_of_an_image() -> None:
    graph = graph_of("FROM y AS tool\nFROM x", None, "COPY --from=tool /t /t", "RUN b")
    assert edges(graph) == [(0, 1, "copy")]
    assert [step.text for step in graph.stages[1].instructions] == ["COPY --from=tool /t /t", "RUN b"]
    assert graph.stages[1].instructions[0].span.line == 2


def test_a_trigger_can_need_a_stage_that_has_triggers() -> None:
    first = "FROM y AS a\nONBUILD COPY --from=y /p /q\n"
    graph = graph_of(first + "FROM y AS b\nONBUILD COPY --from=c /p /q\nFROM a AS c\nFROM b")
    assert edges(graph) == [(2, 3, "copy")]
    assert graph.reachable == {0, 1, 2, 3}
    assert [use.stage for use in graph.images_of([3]) if use.kind == "copy"] == [2]


def test_a_child_may_copy_from_itself() -> None:
    graph = graph_of("FROM y AS a\nONBUILD COPY --from=b /p /q\nFROM a AS b")
    assert edges(graph) == [(1, 1, "copy")]
    assert graph.build_order([1]) == (0, 1)


def test_stages_that_the_target_does_not_need_have_their_triggers_too() -> None:
    graph = graph_of(
        "FROM y AS tool\nFROM y AS a\nONBUILD COPY --from=tool /t /t\nFROM a AS b\nFROM y AS c", "c"
    )
    assert graph.reachable == {3}
    assert graph.build_order([2]) == (0, 1, 2)


@pytest.mark.parametrize(
    ("trigger", "message"),
    [
        pytest.param("COPY --from=9 a b", "invalid stage index 9", id="a number of no stage"),
        pytest.param("NOPE", "unknown instruction: NOPE", id="unknown"),
        pytest.param("COPY --from=X a b", 'failed to parse stage name "X": ', id="no image"),
        pytest.param("COPY --from=later a b", 'cannot copy from stage "later", ', id="a later stage"),
    ],
)
def test_refused_only_where_it_fires(trigger: str, message: str) -> None:
    text = f"FROM y AS a\nONBUILD {trigger}\nFROM a AS b\nFROM y AS later"
    graph = graph_of(text, "later")
    assert graph.reachable == {2}
    with pytest.raises(DockerfileError) as caught:
        graph.build_order([1])
    assert caught.value.message.startswith(message)
    with pytest.raises(DockerfileError) as again:
        graph_of(text, "b")
    assert again.value.message == caught.value.message


def test_triggers_of_a_copied_image_do_not_run_but_what_they_name_is_looked_up() -> None:
    text = "FROM y:1 AS tool\nFROM y\nCOPY --from=x /a /b"
    graph = graph_of(text, None, "COPY --from=tool /t /t", "COPY --from=z /t /t")
    assert edges(graph) == []
    assert graph.reachable == {1}
    assert [step.text for step in graph.stages[1].instructions] == ["COPY --from=x /a /b"]
    assert [(use.ref, use.stage) for use in graph.images_of([1])] == [
        ("docker.io/library/x:latest", 1),
        ("docker.io/library/y:1", 0),
        ("docker.io/library/y:latest", 1),
        ("docker.io/library/z:latest", 1),
    ]


def test_a_trigger_of_a_copied_image_may_name_the_image_itself() -> None:
    graph = graph_of("FROM y\nRUN --mount=from=x,target=/m true", None, "COPY --from=x /t /t")
    assert [(use.ref, use.kind) for use in graph.images_of([0])] == [
        ("docker.io/library/x:latest", "copy"),
        ("docker.io/library/x:latest", "mount"),
        ("docker.io/library/y:latest", "from"),
    ]


@pytest.mark.parametrize(
    ("trigger", "message"),
    [
        ("FROM z", "*instructions.Stage is not a command type"),
        ("COPY --from=later /t /t", 'cannot copy from stage "later", it needs to be defined before'),
    ],
)
def test_a_trigger_of_an_image_that_cannot_run(trigger: str, message: str) -> None:
    with pytest.raises(DockerfileError) as caught:
        graph_of("FROM x AS a\nFROM y AS later\nFROM a", None, trigger)
    assert caught.value.message.startswith(message)


def test_an_image_for_another_platform_is_another_image() -> None:
    graph = graph_of("FROM --platform=linux/arm64 x", None, "RUN a")
    assert graph.stages[0].instructions == ()

"""Sources: what `COPY --from` and `RUN --mount` name."""

import pytest

from stageplan.dockerfile.reader import read_dockerfile
from stageplan.errors import DockerfileError
from stageplan.graph import BuildOptions, StageGraph, build_graph

NO_IMAGE = (
    'failed to parse stage name "X": invalid reference format: repository name (library/X) must be lowercase'
)


def graph_of(text: str) -> StageGraph:
    return build_graph(read_dockerfile(text.encode(), "Dockerfile"), BuildOptions())


def edges(graph: StageGraph) -> list[tuple[int, int, str, tuple[str, ...]]]:
    return [(edge.source, edge.consumer, edge.kind, edge.paths) for edge in graph.dependencies]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "FROM x AS a\nFROM y\nCOPY --from=a /p /q /d/", [(0, 1, "copy", ("/p", "/q"))], id="a name"
        ),
        pytest.param("FROM x AS a\nFROM y\nCOPY --from=A /p /d", [(0, 1, "copy", ("/p",))], id="in any case"),
        pytest.param("FROM x\nFROM y\nCOPY --from=0 /p /d", [(0, 1, "copy", ("/p",))], id="a number"),
        pytest.param(
            "FROM x\nFROM y\nCOPY --from=+00 /p /d", [(0, 1, "copy", ("/p",))], id="another spelling"
        ),
        pytest.param("FROM x\nFROM y\nCOPY --from=0_0 /p /d", [], id="no number, so an image"),
        pytest.param(f"FROM x\nFROM y\nCOPY --from={'9' * 30} /p /d", [], id="nor is a huge one"),
        pytest.param(
            "FROM x AS a\nFROM y AS a\nFROM z\nCOPY --from=a /p /d",
            [(1, 2, "copy", ("/p",))],
            id="the last of two",
        ),
        pytest.param(
            "FROM x AS a\nFROM y\nARG P=/p\nCOPY --from=a $P /d",
            [(0, 1, "copy", ("/p",))],
            id="a path in a variable",
        ),
        pytest.param(
            "FROM x AS a\nFROM y\nRUN --mount=from=a,source=/p,target=/m b",
            [(0, 1, "mount", ("/p",))],
            id="a mount of a path",
        ),
        pytest.param(
            "FROM x AS a\nFROM y\nRUN --mount=from=A,target=/m b",
            [(0, 1, "mount", ("/",))],
            id="a mount of all",
        ),
        pytest.param("FROM x\nFROM y\nRUN --mount=from=0,target=/m b", [], id="a number is no mount's"),
        pytest.param(
            "FROM x AS scratch\nFROM y\nRUN --mount=type=cache,target=/m b",
            [(0, 1, "mount", ("/",))],
            id="a cache is of the stage scratch",
        ),
        pytest.param(
            "FROM x AS a\nFROM y\nRUN --mount=type=tmpfs,from=a,target=/m b", [], id="tmpfs takes no data"
        ),
        pytest.param("FROM x AS a\nFROM a", [(0, 1, "from", ())], id="a base"),
        pytest.param("FROM x AS a\nFROM y\nADD a /", [], id="ADD has no stages"),
    ],
)
def test_edges(text: str, expected: list[tuple[int, int, str, tuple[str, ...]]]) -> None:
    assert edges(graph_of(text)) == expected


def test_a_number_past_the_stages_means_an_image_named_before() -> None:
    graph = graph_of("FROM x\nCOPY --from=y /a /b\nCOPY --from=1 /c /d\nCOPY --from=2 /e /f")
    assert [use.ref for use in graph.images] == ["docker.io/library/x:latest", "docker.io/library/y:latest"]
    assert edges(graph) == []


def test_a_mount_that_takes_no_data_still_needs_its_stage_looked_up() -> None:
    graph = graph_of("FROM x AS a\nFROM y\nRUN --mount=type=tmpfs,from=a,target=/m b")
    assert graph.reachable == {1}
    assert [use.ref for use in graph.images_of([1])] == [
        "docker.io/library/x:latest",
        "docker.io/library/y:latest",
    ]


def test_a_dependency_stands_where_its_flag_does() -> None:
    (edge,) = graph_of("FROM x AS a\nFROM y\nCOPY \\\n  --from=a /p /d").dependencies
    assert (edge.span.line, edge.span.column, edge.span.width) == (4, 3, len("--from=a"))


@pytest.mark.parametrize(
    ("text", "rule", "message"),
    [
        pytest.param(
            "FROM x\nCOPY --from=1 a b", "stage-index", "invalid stage index 1", id="a number of no stage"
        ),
        pytest.param(
            "FROM x\nCOPY --from=-1 a b", "stage-index", "invalid stage index -1", id="a negative one"
        ),
        pytest.param(
            "FROM x\nCOPY --from=$A a b",
            "from-variable",
            "variable expansion is not supported for --from, "
            "define a new stage with FROM using ARG from global scope as a workaround",
            id="a variable",
        ),
        pytest.param(
            "FROM x\nCOPY --from=${ a b",
            "from-variable",
            "failed to process \"${\": syntax error: missing '}'",
            id="half a variable",
        ),
        pytest.param(
            "FROM x AS a\nCOPY --from=b a b\nFROM x AS b",
            None,
            None,
            id="a later stage, not needed",
        ),
        pytest.param(
            "FROM x AS c\nCOPY --from=b a b\nFROM x AS b\nFROM c",
            "stage-order",
            'cannot copy from stage "b", it needs to be defined before current stage "c"',
            id="a later stage",
        ),
        pytest.param(
            "FROM x AS c\nRUN --mount=from=b,target=/m a\nFROM x AS b\nFROM c",
            "stage-order",
            'cannot mount from stage "b" to "/m", stage needs to be defined before current command',
            id="a later stage, mounted",
        ),
        pytest.param(
            "FROM x AS a\nCOPY --from=a a b",
            "stage-cycle",
            "circular dependency detected on stage: a",
            id="itself",
        ),
        pytest.param(
            "FROM x AS z\nCOPY --from=a a b\nFROM x AS a\nCOPY --from=b a b\nFROM x AS b\nCOPY --from=a a b",
            "stage-cycle",
            "circular dependency detected on stage: z",
            id="a circle that the first stage leads into",
        ),
        pytest.param(
            "FROM x\nCOPY --from=X a b",
            "reference",
            NO_IMAGE,
            id="no image",
        ),
    ],
)
def test_refused(text: str, rule: str | None, message: str | None) -> None:
    if rule is None:
        graph_of(text)
        return
    with pytest.raises(DockerfileError) as caught:
        graph_of(text)
    assert (caught.value.rule, caught.value.message) == (rule, message)


def test_the_way_round_a_circle() -> None:
    with pytest.raises(DockerfileError) as caught:
        graph_of("FROM x AS a\nCOPY --from=b a b\nFROM x AS b\nCOPY --from=1 a b\n".replace("=1", "=0"))
    assert str(caught.value) == (
        "Dockerfile:2:6: error[stage-cycle]: circular dependency detected on stage: a\n"
        "2 | COPY --from=b a b\n"
        "         ^^^^^^^^\n"
        "hint: break the circle a -> b -> a, where an arrow means 'needs'"
    )


def test_a_deep_chain_is_no_circle() -> None:
    text = "FROM x AS s0\n" + "".join(f"FROM x AS s{i}\nCOPY --from=s{i - 1} a b\n" for i in range(1, 3000))
    assert len(graph_of(text).build_order([2999])) == 3000


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            "FROM $A\nFROM x AS y-\n", "base name ($A) should not be blank", id="bases in file order"
        ),
        pytest.param(
            "FROM x AS a\nCOPY --from=9 a b\nFROM $A", "base name ($A) should not be blank", id="bases first"
        ),
        pytest.param(
            "FROM X AS a\nCOPY --from=9 a b", "invalid stage index 9", id="numbers before the names of images"
        ),
        pytest.param(
            "FROM X AS a\nCOPY --from=a a b",
            "circular dependency detected on stage: a",
            id="circles before the names of images",
        ),
        pytest.param(
            "FROM scratch\nENV A=${A^}\nFROM X\nFROM scratch",
            NO_IMAGE,
            id="names of images before what only a needed stage shows",
        ),
    ],
)
def test_the_first_of_several_mistakes(text: str, message: str) -> None:
    with pytest.raises(DockerfileError) as caught:
        graph_of(text)
    assert caught.value.message == message


def test_a_copy_of_here_documents_names_a_stage_and_takes_nothing_from_it() -> None:
    text = "FROM x:1 AS a\nFROM x:2\nCOPY --from=a <<E /e\nbody\nE\n"
    graph = graph_of(text)
    assert graph.dependencies == ()
    assert graph.reachable == {1}
    assert [use.ref for use in graph.images_of([1])] == ["docker.io/library/x:1", "docker.io/library/x:2"]
    assert [edge.paths for edge in graph_of(text.replace("<<E", "/p <<E")).dependencies] == [("/p",)]

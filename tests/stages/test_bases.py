"""Bases: what a FROM stands for, with which variables and for which platform."""

from collections.abc import Mapping

import pytest

from stageplan.dockerfile.reader import read_dockerfile
from stageplan.errors import DockerfileError, UsageError
from stageplan.graph import BuildOptions, StageGraph, build_graph

NO_IMAGE = (
    'failed to parse stage name "X": invalid reference format: repository name (library/X) must be lowercase'
)


def graph_of(text: str, options: BuildOptions | None = None) -> StageGraph:
    return build_graph(read_dockerfile(text.encode(), "Dockerfile"), options or BuildOptions())


@pytest.mark.parametrize(
    ("text", "build_args", "bases"),
    [
        pytest.param("ARG A=1\nFROM x:$A", {}, ["x:1"], id="a default"),
        pytest.param("ARG A=1\nFROM x:$A", {"A": "2"}, ["x:2"], id="a build arg"),
        pytest.param("FROM x:${A:-d}", {"A": "2"}, ["x:d"], id="an undeclared build arg"),
        pytest.param("ARG A\nFROM x:${A:-d}", {}, ["x:d"], id="declared without value"),
        pytest.param("ARG A\nFROM x:$A", {"A": "2"}, ["x:2"], id="declared for a build arg"),
        pytest.param("ARG A=1\nARG B=$A-b\nFROM x:$B", {}, ["x:1-b"], id="a default made of another"),
        pytest.param("ARG B=${A:-z}\nARG A=1\nFROM x:$B", {}, ["x:z"], id="not of a later one"),
        pytest.param("ARG A=1 B=$A\nFROM x:$B", {}, ["x:1"], id="on one line"),
        pytest.param("ARG A=1\nFROM x:$A\nARG A=2\nFROM y:$A", {}, ["x:1", "y:1"], id="not of a stage"),
        pytest.param("ARG A=1\nFROM x\nENV A=2\nFROM y:$A", {}, ["x", "y:1"], id="nor its ENV"),
        pytest.param("FROM x:$TARGETARCH", {}, ["x:amd64"], id="automatic"),
        pytest.param("FROM x:$TARGETARCH", {"TARGETARCH": "q"}, ["x:q"], id="automatic, overridden"),
        pytest.param("ARG TARGETARCH=q\nFROM x:$TARGETARCH", {}, ["x:q"], id="automatic, with a default"),
        pytest.param("ARG TARGETARCH\nFROM x:$TARGETARCH", {}, ["x:amd64"], id="automatic, declared"),
        pytest.param("FROM x:${HTTP_PROXY:-none}", {"HTTP_PROXY": "p"}, ["x:none"], id="no proxy"),
        pytest.param("FROM a AS b\nFROM x-$TARGETSTAGE", {}, ["a", "x-default"], id="no name to build"),
        pytest.param("FROM x-$TARGETSTAGE AS b", {}, ["x-b"], id="the last name"),
        pytest.param('FROM "x"', {}, ["x"], id="quotes go"),
    ],
)
def test_variables(text: str, build_args: Mapping[str, str], bases: list[str]) -> None:
    assert [stage.base for stage in graph_of(text, BuildOptions(build_args=build_args)).stages] == bases


@pytest.mark.parametrize(
    ("text", "base_stages"),
    [
        pytest.param("FROM x AS a\nFROM a", [None, 0], id="a stage"),
        pytest.param("FROM x AS A\nFROM a", [None, 0], id="in lower case"),
        pytest.param("FROM a AS a", [None], id="not itself"),
        pytest.param("FROM x AS a\nFROM y AS a\nFROM a", [None, None, 1], id="the latest"),
        pytest.param("FROM x AS a\nFROM a AS a\nFROM a", [None, 0, 1], id="one on the other"),
        pytest.param("FROM b AS a\nFROM x AS b", [None, None], id="not a later one"),
        pytest.param("FROM x AS a\nFROM a:latest", [None, None], id="not with a tag"),
        pytest.param("FROM x AS scratch\nFROM scratch", [None, 0], id="not even scratch"),
    ],
)
def test_stages_as_bases(text: str, base_stages: list[int | None]) -> None:
    assert [stage.base_stage for stage in graph_of(text).stages] == base_stages


@pytest.mark.parametrize(
    ("text", "wanted", "platforms", "effective"),
    [
        pytest.param("FROM x", None, [""], ["linux/amd64"], id="the builder's"),
        pytest.param("FROM x", "linux/arm64", [""], ["linux/arm64"], id="the wanted one"),
        pytest.param(
            "FROM --platform=$BUILDPLATFORM x", "linux/arm64", ["linux/amd64"], ["linux/amd64"], id="its own"
        ),
        pytest.param("FROM --platform=arm64 x", None, ["linux/arm64"], ["linux/arm64"], id="one word"),
        pytest.param("FROM --platform= x", None, [""], ["linux/amd64"], id="an empty flag"),
        pytest.param(
            "FROM --platform=linux/arm64 x AS a\nFROM --platform=linux/s390x a",
            None,
            ["linux/arm64", "linux/s390x"],
            ["linux/arm64", "linux/arm64"],
            id="a stage keeps its base's",
        ),
        pytest.param(
            "FROM --platform=windows/amd64 scratch", None, ["windows/amd64"], ["linux/amd64"], id="scratch"
        ),
    ],
)
def test_platforms(text: str, wanted: str | None, platforms: list[str], effective: list[str]) -> None:
    stages = graph_of(text, BuildOptions(platform=wanted)).stages
    assert [stage.platform for stage in stages] == platforms
    assert [stage.effective_platform for stage in stages] == effective


@pytest.mark.parametrize(
    ("text", "contexts", "replaced", "images"),
    [
        pytest.param("FROM x AS a", {"a": "./dir"}, ["./dir"], [None], id="a stage by a folder"),
        pytest.param(
            "FROM x AS a", {"docker.io/library/a:latest": "./dir"}, ["./dir"], [None], id="a name in full"
        ),
        pytest.param(
            "FROM x",
            {"x": "docker-image://y:1"},
            [None],
            ["docker.io/library/y:1"],
            id="an image by an image",
        ),
        pytest.param(
            "FROM x:1", {"x": "docker-image://y"}, [None], ["docker.io/library/x:1"], id="another tag"
        ),
        pytest.param(
            "FROM x:latest",
            {"x": "docker-image://y"},
            [None],
            ["docker.io/library/y:latest"],
            id="latest is none",
        ),
        pytest.param(
            "FROM docker.io/library/x",
            {"x": "docker-image://scratch"},
            [None],
            [None],
            id="an image by nothing",
        ),
        pytest.param("FROM scratch", {"scratch": "docker-image://y"}, [None], [None], id="never scratch"),
        pytest.param(
            "FROM x",
            {"x::linux/amd64": "docker-image://y"},
            [None],
            ["docker.io/library/y:latest"],
            id="for a platform",
        ),
        pytest.param(
            "FROM x",
            {"x::linux/arm64": "docker-image://y"},
            [None],
            ["docker.io/library/x:latest"],
            id="for another",
        ),
    ],
)
def test_named_contexts(
    text: str, contexts: Mapping[str, str], replaced: list[str | None], images: list[str | None]
) -> None:
    stages = graph_of(text, BuildOptions(build_contexts=contexts)).stages
    assert [stage.replaced_by for stage in stages] == replaced
    assert [stage.base_image for stage in stages] == images


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        (
            "A",
            "invalid context name A: invalid reference format: repository name (library/A) must be lowercase",
        ),
        ("a b", "invalid context name a b: invalid reference format"),
    ],
)
def test_a_context_needs_the_name_of_an_image(name: str, reason: str) -> None:
    with pytest.raises(UsageError) as caught:
        build_graph(read_dockerfile(b"FROM x", "Dockerfile"), BuildOptions(build_contexts={name: "./dir"}))
    assert (caught.value.rule, caught.value.message) == (
        "context-name",
        f"--build-context '{name}': {reason}",
    )


def test_a_replaced_stage_builds_nothing_and_needs_nothing() -> None:
    text = "FROM x AS a\nRUN a\nFROM a AS b\nCOPY --from=a /x /y\nRUN b\nFROM b"
    graph = graph_of(text, BuildOptions(build_contexts={"b": "docker-image://y"}))
    assert graph.stages[1].instructions == ()
    assert (graph.stages[1].base_stage, graph.reachable) == (None, frozenset({1, 2}))
    uses = [(use.ref, use.stage) for use in graph.images_of((2,))]
    assert uses == [("docker.io/library/x:latest", 0), ("docker.io/library/y:latest", 1)]


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        pytest.param("FROM $A", (1, 6), "base name ($A) should not be blank", id="blank"),
        pytest.param(
            "FROM ${A^}",
            (1, 6),
            'failed to process "${A^}": unsupported modifier (^) in substitution',
            id="form",
        ),
        pytest.param(
            "ARG A=${B!}\nFROM x",
            (1, 7),
            'failed to process "${B!}": unsupported modifier (!) in substitution',
            id="ARG",
        ),
        pytest.param(
            "FROM --platform=$A x", (1, 6), "empty platform value from expression $A", id="an empty platform"
        ),
        pytest.param(
            "FROM --platform=a/b/c/d x",
            (1, 6),
            'failed to parse platform a/b/c/d: "a/b/c/d": cannot parse platform specifier: invalid argument',
            id="no platform",
        ),
        pytest.param(
            "FROM x AS y.", (1, 11), "invalid context name y.: invalid reference format", id="a name"
        ),
        pytest.param(
            "FROM x AS " + "a" * 64,
            (1, 11),
            f"invalid context name {'a' * 64}: invalid repository name ({'a' * 64}), "
            "cannot specify 64-byte hexadecimal strings",
            id="a name like a digest",
        ),
        pytest.param(
            "FROM x\nFROM y:",
            (2, 6),
            'failed to parse stage name "y:": invalid reference format',
            id="no reference",
        ),
        pytest.param(
            "FROM X AS a\nFROM y",
            (1, 6),
            NO_IMAGE,
            id="upper case, not needed",
        ),
    ],
)
def test_refused(text: str, place: tuple[int, int], message: str) -> None:
    with pytest.raises(DockerfileError) as caught:
        graph_of(text)
    assert caught.value.span is not None
    assert ((caught.value.span.line, caught.value.span.column), caught.value.message) == (place, message)


def test_a_context_that_is_no_image() -> None:
    with pytest.raises(DockerfileError) as caught:
        graph_of("FROM x", BuildOptions(build_contexts={"x": "docker-image://Y"}))
    assert caught.value.message == (
        "named context 'docker-image://Y': "
        "invalid reference format: repository name (library/Y) must be lowercase"
    )


def test_a_variable_with_a_slip_in_its_name() -> None:
    with pytest.raises(DockerfileError) as caught:
        graph_of("FROM --platform=$BUILDPLATFROM x")
    assert caught.value.hint == "did you mean 'BUILDPLATFORM'?"


def test_a_platform_that_is_none_is_a_wrong_option() -> None:
    with pytest.raises(UsageError, match="--platform 'a/b/c/d'"):
        graph_of("FROM x", BuildOptions(platform="a/b/c/d"))


@pytest.mark.parametrize(
    ("text", "build_args", "uses"),
    [
        pytest.param("FROM x", {}, False, id="not at all"),
        pytest.param("FROM x-$TARGETSTAGE AS a", {}, True, id="in a FROM"),
        pytest.param("FROM x-$TARGETSTAGE AS a", {"TARGETSTAGE": "a"}, False, id="pinned"),
        pytest.param("ARG A=$TARGETSTAGE\nFROM x-$A AS a", {}, True, id="through an ARG"),
        pytest.param("ARG A=$TARGETSTAGE\nFROM x-$A AS a", {"A": "b"}, False, id="through a pinned ARG"),
        pytest.param("ARG TARGETSTAGE=b\nFROM x-$TARGETSTAGE AS a", {}, False, id="set by the file"),
        pytest.param("FROM x\nARG TARGETSTAGE", {}, True, id="in a stage"),
        pytest.param("FROM x\nARG TARGETSTAGE=b", {}, False, id="in a stage, with a default"),
        pytest.param("FROM --platform=${TARGETSTAGE:+linux/amd64} x", {}, True, id="in a platform"),
    ],
)
def test_what_depends_on_the_target(text: str, build_args: Mapping[str, str], uses: bool) -> None:
    assert graph_of(text, BuildOptions(build_args=build_args)).uses_targetstage is uses

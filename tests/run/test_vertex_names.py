import pytest

from stageplan.run.vertex_names import VertexName, vertex_name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param(
            "[build 2/3] RUN make",
            VertexName(stage="build", platform=None, number=2, count=3, text="RUN make"),
            id="named-stage",
        ),
        pytest.param(
            "[stage-1  2/10] COPY . .",
            VertexName(stage="stage-1", platform=None, number=2, count=10, text="COPY . ."),
            id="number-padded-to-the-count",
        ),
        pytest.param(
            "[ 2/10] RUN a\nb",
            VertexName(stage=None, platform=None, number=2, count=10, text="RUN a\nb"),
            id="lone-stage-without-a-name",
        ),
        pytest.param(
            "[linux/arm64 3/3] RUN make",
            VertexName(stage=None, platform="linux/arm64", number=3, count=3, text="RUN make"),
            id="platform-alone",
        ),
        pytest.param(
            "[linux/arm/v7 app 1/1] FROM scratch",
            VertexName(stage="app", platform="linux/arm/v7", number=1, count=1, text="FROM scratch"),
            id="platform-and-stage",
        ),
        pytest.param("[internal] load .dockerignore", None, id="internal"),
        pytest.param("exporting to image", None, id="export"),
        pytest.param("", None, id="empty"),
    ],
)
def test_a_name_says_where_its_vertex_stands(name: str, expected: VertexName | None) -> None:
    assert vertex_name(name) == expected


def test_a_position_has_the_platform_before_it() -> None:
    alone, platform = vertex_name("[a 2/3] RUN x"), vertex_name("[linux/arm64 a 2/3] RUN x")
    assert alone is not None
    assert platform is not None
    assert (alone.position, platform.position) == ("2/3", "linux/arm64 2/3")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("RUN x", True), ("COPY --link a b", True), ("LINK COPY --link a b", False), ("FROM a", False)],
)
def test_only_what_does_something_is_an_instruction(text: str, expected: bool) -> None:
    vertex = vertex_name(f"[a 2/3] {text}")
    assert vertex is not None
    assert vertex.is_instruction is expected

"""The classic builder: what it cannot build, and which stage it means."""

import pytest

from stageplan.dockerfile.reader import read_dockerfile
from stageplan.errors import DockerfileError
from stageplan.graph import BuildOptions, build_graph
from stageplan.stages.classic import check_classic, classic_stages, classic_target

FEATURE = "classic-feature"


def check(text: str, target: int | None = None, **build_args: str) -> None:
    dockerfile = read_dockerfile(text.encode(), "Dockerfile")
    stages = build_graph(dockerfile, BuildOptions(build_args=build_args)).stages
    check_classic(dockerfile, stages, build_args, len(stages) - 1 if target is None else target)


@pytest.mark.parametrize(
    ("text", "rule", "place", "message"),
    [
        pytest.param(
            "FROM x AS a\nFROM y AS A",
            "classic-duplicate",
            (2, 11),
            "a stage name already used",
            id="one name twice",
        ),
        pytest.param(
            "FROM --platform=$BUILDPLATFORM x",
            "classic-arg",
            (1, 18),
            "the classic builder gives 'BUILDPLATFORM' no value",
            id="a platform variable",
        ),
        pytest.param(
            "ARG TARGETARCH\nFROM x-${TARGETARCH:?}",
            "classic-arg",
            (2, 10),
            "the classic builder gives 'TARGETARCH' no value",
            id="declared without value",
        ),
        pytest.param(
            "FROM x\nRUN --mount=type=cache,target=/c a",
            FEATURE,
            (2, 5),
            "the --mount option requires BuildKit",
            id="a mount",
        ),
        pytest.param(
            "FROM x\nRUN --network=none a",
            FEATURE,
            (2, 5),
            "the --network option requires BuildKit",
            id="a network",
        ),
        pytest.param(
            "FROM x\nCOPY --chmod=1 a b", FEATURE, (2, 6), "the --chmod option requires BuildKit", id="a mode"
        ),
        pytest.param(
            "FROM x\nCOPY --exclude=c a b",
            FEATURE,
            (2, 6),
            "the classic builder passes over --exclude",
            id="passed over",
        ),
        pytest.param(
            "FROM x\nRUN <<E\na\nE",
            FEATURE,
            (2, 1),
            "the classic builder does not know here-documents",
            id="here-document",
        ),
        pytest.param(
            "FROM x\nADD git@h:y.git /z",
            FEATURE,
            (2, 5),
            "the classic builder does not fetch 'git@h:y.git' with git",
            id="git",
        ),
        pytest.param(
            "FROM x\nCOPY --from=y a b\nCOPY --from=1 a b",
            "classic-from",
            (3, 6),
            "invalid from flag value 1: index out of bounds",
            id="a number past the stages",
        ),
        pytest.param(
            "FROM x AS a\nCOPY --from=b a b\nFROM x AS b\nFROM x",
            "classic-from",
            (2, 6),
            "the classic builder takes 'b' for an image: that stage is not built yet",
            id="a later stage",
        ),
        pytest.param(
            "FROM x AS a\nONBUILD RUN --network=none a\nFROM a",
            FEATURE,
            (2, 1),
            "the --network option requires BuildKit",
            id="in a trigger",
        ),
    ],
)
def test_refused(text: str, rule: str, place: tuple[int, int], message: str) -> None:
    with pytest.raises(DockerfileError) as caught:
        check(text)
    assert caught.value.span is not None
    assert (caught.value.rule, caught.value.message) == (rule, message)
    assert (caught.value.span.line, caught.value.span.column) == place


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("FROM x AS a\nFROM a\nCOPY --from=a a b\nCOPY --from=0 a b", id="plain"),
        pytest.param("FROM x\nCOPY --link a b", id="--link does nothing"),
        pytest.param("FROM x\nCOPY --chown=1 a b", id="an owner"),
        pytest.param("ARG TARGETARCH=a\nFROM x-$TARGETARCH", id="a variable of the file"),
        pytest.param("FROM x-${MINE:-a}", id="a variable that nobody sets"),
        pytest.param("FROM x\nADD https://h/a /", id="an address"),
    ],
)
def test_fine(text: str) -> None:
    check(text)


def test_what_stands_below_the_target_does_not_matter() -> None:
    check("FROM x AS a\nFROM x\nRUN --network=none b", target=0)


def test_a_build_arg_gives_a_platform_variable_its_value() -> None:
    check("ARG TARGETARCH\nFROM x-$TARGETARCH", TARGETARCH="a")


def test_a_target_is_the_first_of_its_name() -> None:
    text = b"FROM x AS a\nFROM x AS b\nFROM x AS a\nFROM x"
    stages = build_graph(read_dockerfile(text, "Dockerfile"), BuildOptions()).stages
    assert [classic_target(stages, name) for name in ("A", "b", None)] == [0, 1, 3]
    assert list(classic_stages(2)) == [0, 1, 2]

"""Warnings: what the builder accepts and is likely not meant."""

import pytest

from stageplan.dockerfile.reader import read_dockerfile
from stageplan.graph import BuildOptions, build_graph


@pytest.mark.parametrize(
    ("text", "rule", "place", "message", "hint"),
    [
        pytest.param(
            "FROM x AS a\nFROM y AS a",
            "duplicate-stage",
            (2, 11),
            "stage 'a' stands here and on line 1; a name means the last one",
            "rename one of them",
            id="one name twice",
        ),
        pytest.param(
            "FROM x AS scratch",
            "reserved-stage",
            (1, 11),
            "stage 'scratch' has a name that means something else to the builder",
            "rename it",
            id="a reserved name",
        ),
        pytest.param(
            "FROM x\nRUN a \\\n\n b",
            "blank-continuation",
            (3, 1),
            "a blank line inside a continued instruction; later frontends may refuse it",
            "delete the line, or make it a comment",
            id="a blank line",
        ),
        pytest.param(
            "FROM x AS a\nFROM --platform=linux/arm64 a",
            "platform-unused",
            (2, 6),
            "'--platform=linux/arm64' has no effect: the stage 'a' it starts from is built for linux/amd64",
            "put it on that stage",
            id="a platform without effect",
        ),
        pytest.param(
            "FROM builder\nFROM x AS builder",
            "base-below",
            (1, 6),
            "'builder' is an image here: the stage of that name stands below, on line 2",
            "move that stage above",
            id="a base that stands below",
        ),
        pytest.param(
            "FROM x AS builder\nFROM y\nCOPY --from=bulder a b",
            "image-like-stage",
            (3, 6),
            "'bulder' is no stage here, so it is an image",
            "did you mean 'builder'?",
            id="a slip in a name",
        ),
        pytest.param(
            "FROM x\nCOPY --from=y a b\nCOPY --from=1 a b",
            "index-of-image",
            (3, 6),
            "'1' counts past the stages of this file and means the image 'y'",
            "write the image's name",
            id="a number past the stages",
        ),
    ],
)
def test_warned(text: str, rule: str, place: tuple[int, int], message: str, hint: str) -> None:
    (warning,) = build_graph(read_dockerfile(text.encode(), "Dockerfile"), BuildOptions()).warnings
    assert (warning.rule, (warning.span.line, warning.span.column)) == (rule, place)
    assert (warning.message, warning.hint) == (message, hint)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            "FROM node AS node\nFROM node\nCOPY --from=node a b", id="an image and a stage of one name"
        ),
        pytest.param("FROM x AS golang\nFROM y\nCOPY --from=golang:1.25 a b", id="a tag"),
        pytest.param("FROM x AS go\nFROM y\nCOPY --from=gcc a b", id="short names"),
        pytest.param(
            "FROM --platform=linux/arm64 x AS a\nFROM --platform=linux/arm64 a", id="the same platform"
        ),
        pytest.param("FROM x AS caches\nFROM y\nRUN --mount=type=cache,target=/c a", id="a cache"),
    ],
)
def test_not_warned(text: str) -> None:
    assert build_graph(read_dockerfile(text.encode(), "Dockerfile"), BuildOptions()).warnings == ()


def test_warnings_come_in_the_order_of_their_lines() -> None:
    text = b"FROM x AS a\nFROM x AS context\nFROM \\\n\n x AS a\n"
    warnings = build_graph(read_dockerfile(text, "Dockerfile"), BuildOptions()).warnings
    assert [(warning.rule, warning.span.line) for warning in warnings] == [
        ("reserved-stage", 2),
        ("blank-continuation", 4),
        ("duplicate-stage", 5),
    ]

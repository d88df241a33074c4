"""How many of a stage's first instructions are kept on their own, and under which key."""

import pytest

from tests.plan.keyed.planned import Planned

LAST = "FROM y AS app\nCOPY --from=a /a /a\n"
BODY = "ARG V=1\nCOPY go.mod .\nRUN download\nCOPY . .\nARG COMMIT\nRUN build\n"


@pytest.mark.parametrize(
    ("body", "length"),
    [
        pytest.param(BODY, 3, id="up to the RUN before the last copy"),
        pytest.param("RUN a\nCOPY a .\nRUN b\nENV E=1\nCOPY b .\nRUN c\nRUN d", 3, id="before the last copy"),
        pytest.param("RUN a\nENV E=1\nRUN b\nRUN c", 3, id="nothing is copied: up to the last RUN"),
        pytest.param("ADD --checksum=sha256:" + "0" * 64 + " https://e/x /\nCOPY . .", 1, id="download"),
        pytest.param("RUN a\nRUN --mount=target=/s b", 1, id="the context is mounted"),
        pytest.param("RUN <<E\nFROM x\nE\nCOPY . .\nRUN b", 1, id="here-document"),
        pytest.param("COPY . .\nRUN a", None, id="nothing before the copy"),
        pytest.param("ENV E=1\nWORKDIR /w\nCOPY . .\nRUN a", None, id="nothing that costs"),
        pytest.param("RUN a", None, id="one RUN"),
        pytest.param("COPY <<E /x\nE\nRUN a", None, id="a here-document is no context"),
    ],
)
def test_length(body: str, length: int | None) -> None:
    assert Planned(f"FROM x AS a\n{body}\n{LAST}").pieces.prefix(0) == length


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"FROM x AS b\n{BODY}FROM b\n", id="the whole stage is kept"),
        # behind all others, its FROM would mean another stage
        pytest.param(
            f"FROM x AS a\nRUN x\nFROM a AS b\n{BODY}FROM y AS a\nFROM a\nCOPY --from=b /b /b\n",
            id="two stages have the name of its base",
        ),
        pytest.param(
            f"FROM x AS b\n{BODY}FROM y AS x\nFROM x\nCOPY --from=b /b /b\n",
            id="a later stage has the name of its base image",
        ),
    ],
)
def test_none(text: str) -> None:
    planned = Planned(text)
    assert planned.pieces.prefix(planned.graph.find("b").index) is None


def test_a_trigger_that_comes_next_cannot_be_cut_off() -> None:
    planned = Planned(f"FROM x AS a\nRUN b\n{LAST}", onbuild=("RUN a", "COPY . ."))
    assert planned.pieces.prefix(0) is None


@pytest.mark.parametrize(
    ("before", "after", "kept"),
    [
        pytest.param("RUN build", "RUN other", True, id="instruction behind it"),
        pytest.param("ARG COMMIT", "ARG COMMIT=1", True, id="argument behind it"),
        pytest.param("COPY . .\n", "LABEL l=1\nCOPY . .\n", True, id="label behind it"),
        pytest.param("FROM x AS a", "# comment\nFROM x AS a", True, id="comment"),
        pytest.param("RUN download", "RUN load", False, id="instruction"),
        pytest.param("ARG V=1", "ARG V=2", False, id="argument"),
        pytest.param("go.mod .", "go.mod /", False, id="destination"),
        pytest.param("FROM x AS a", "FROM --platform=linux/arm64 x AS a", False, id="platform"),
    ],
)
def test_key(before: str, after: str, *, kept: bool) -> None:
    text = f"FROM x AS a\n{BODY}{LAST}"
    one, two = Planned(text), Planned(text.replace(before, after))
    assert (one.location("prefix:a") == two.location("prefix:a")) is kept
    assert one.location("artifact:a") != two.location("artifact:a") or before in {"FROM x AS a", "COPY . .\n"}


@pytest.mark.parametrize(("file", "kept"), [(".", True), ("go.mod", False)])
def test_key_and_files(file: str, *, kept: bool) -> None:
    text = f"FROM x AS a\n{BODY}{LAST}"
    one, two = Planned(text), Planned(text, files=(file,))
    assert (one.location("prefix:a") == two.location("prefix:a")) is kept
    assert one.location("artifact:a") != two.location("artifact:a")

"""Comparisons of files that nobody can foresee: they end, and hold together."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from stageplan.dockerfile.reader import read_dockerfile
from stageplan.errors import StageplanError
from stageplan.graph import BuildOptions, build_graph
from stageplan.review.diff.compare import compare
from stageplan.review.diff.document import difference_json
from stageplan.review.diff.markdown import LONGEST_PICTURE, difference_markdown, small_mermaid
from stageplan.review.diff.picture import difference_scene
from stageplan.review.diff.rules import RULES, broken
from stageplan.review.diff.side import Side
from stageplan.review.diff.text import difference_text
from stageplan.review.pages.difference import difference_page
from stageplan.review.pictures.svg import svg
from stageplan.review.why.answers import why_path, why_stage

_LINES = st.sampled_from(
    [
        "FROM alpine AS a",
        "FROM a AS b",
        "FROM b",
        "FROM ${X:-a} AS c",
        "FROM --platform=linux/arm64 alpine:3 AS d",
        "COPY . .",
        "COPY --from=a /x /y",
        "COPY --from=b --link /x /y",
        "COPY --from=0 ['a b' /y/",
        "COPY --from=busybox /bin /bin",
        "RUN echo | `tick` <b> \\\n  # comment\n  more",
        "RUN --mount=from=a,target=/a --mount=type=bind,target=/c make",
        "RUN <<E\n```\nE",
        "ARG X=b",
        "ARG Y=1 Z",
        "ENV P=x Q=$P",
        "USER me",
        "WORKDIR sub",
        "WORKDIR /",
        'SHELL ["/bin/ash", "-c"]',
        "ONBUILD COPY --from=a /b /",
        "LABEL a=b",
    ]
)
_FILES = st.lists(_LINES, max_size=14)


def side(lines: list[str], name: str) -> Side | None:
    """A side, or None where the build would refuse the file."""
    data = "\n".join(["FROM alpine AS a", *lines]).encode()
    try:
        graph = build_graph(read_dockerfile(data, "Dockerfile"), BuildOptions())
    except StageplanError:
        return None
    return Side(
        name=name,
        graph=graph,
        targets=(graph.target,),
        files_of=lambda reading: dict.fromkeys(reading.sources, name if "." in reading.sources else ""),
    )


@settings(derandomize=True, deadline=None)
@given(_FILES, _FILES)
def test_two_files_can_be_compared_and_told(before: list[str], after: list[str]) -> None:
    old, new = side(before, "old"), side(after, "new")
    if old is None or new is None:
        return
    difference = compare(old, new)
    scene = difference_scene(difference, old, new)
    picture = small_mermaid(scene)
    assert picture is None or len(picture) <= LONGEST_PICTURE
    assert difference_json(difference)
    assert difference_text(difference)
    assert difference_markdown(difference, scene)
    assert difference_page(difference, old, new)
    assert svg(scene)
    assert [stage.index for stage in difference.stages if stage.index is not None] == list(
        range(len(new.graph.stages))
    )
    assert bool(broken(difference, ["runs"])) == bool(difference.run_count)
    assert len(broken(difference, RULES)) >= 0


@settings(derandomize=True, deadline=None)
@given(_FILES)
def test_a_file_does_not_differ_from_itself(lines: list[str]) -> None:
    same = side(lines, "same")
    if same is not None:
        difference = compare(same, same)
        assert not difference.differs
        assert difference_text(difference) == "same → same\nno stage differs\n"


@settings(derandomize=True, deadline=None)
@given(_FILES, st.randoms(use_true_random=False))
def test_stages_in_another_order_run_nothing_again(lines: list[str], dice: random.Random) -> None:
    """A stage that only starts from images may stand anywhere before those that take from it."""
    blocks = [f"FROM alpine AS s{number}\n{line}" for number, line in enumerate(lines) if "FROM" not in line]
    blocks = [block for block in blocks if "from" not in block and "." not in block]
    last = "\n".join(["FROM alpine", *(f"COPY --from=s{block[14:].split()[0]} /a /b" for block in blocks)])
    other = dice.sample(blocks, len(blocks))
    old, new = side([*blocks, last], "old"), side([*other, last], "new")
    if old is not None and new is not None:
        assert compare(old, new).run_count == 0


@settings(derandomize=True, deadline=None)
@given(_FILES)
def test_what_would_run_again_has_a_reader_before_it(lines: list[str]) -> None:
    of_file = side(lines, "file")
    if of_file is None:
        return
    answer = why_path(of_file, ".", None)
    needed = {reader.stage for reader in answer.readers if reader.is_needed}
    assert bool(needed) == bool(answer.stages)
    for stage in of_file.graph.stages:
        told = why_stage(of_file, stage.index)
        assert told.is_needed == (stage.index in of_file.needed)
        assert bool(told.targets) == told.is_needed

"""What a reviewer would write of each kind of refactor: the golden cases of `fixtures/diffs`."""

import pytest

from stageplan.review.diff.changes import Difference
from stageplan.review.diff.compare import compare
from stageplan.review.diff.document import difference_json
from stageplan.review.diff.markdown import LONGEST_PICTURE, difference_markdown, small_mermaid
from stageplan.review.diff.picture import difference_scene
from stageplan.review.diff.text import difference_text
from stageplan.review.pictures.svg import svg
from tests.review.compared import DIFFS, KINDS, side_named

FILES = ("expected.txt", "expected.md", "expected.json", "expected.svg")


def written(kind: str) -> dict[str, str]:
    old, new = side_named(kind, "old"), side_named(kind, "new")
    difference = compare(old, new)
    scene = difference_scene(difference, old, new)
    return {
        "expected.txt": difference_text(difference),
        "expected.md": difference_markdown(difference, scene),
        "expected.json": difference_json(difference).decode(),
        "expected.svg": svg(scene),
    }


@pytest.mark.parametrize("kind", KINDS)
def test_case(kind: str, *, update_golden: bool) -> None:
    texts = written(kind)
    for file in FILES:
        golden = DIFFS / kind / file
        if update_golden:
            golden.write_text(texts[file])
        assert golden.read_text() == texts[file], file


@pytest.mark.parametrize("kind", KINDS)
def test_the_picture_is_one_that_gitlab_draws(kind: str) -> None:
    old, new = side_named(kind, "old"), side_named(kind, "new")
    text = small_mermaid(difference_scene(compare(old, new), old, new))
    assert text is None or len(text) <= LONGEST_PICTURE


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("which", ["old", "new"])
def test_nothing_differs_from_itself(kind: str, which: str) -> None:
    difference = compare(side_named(kind, which), side_named(kind, which))
    assert not difference.differs
    assert difference.run_count == 0


@pytest.mark.parametrize("kind", KINDS)
def test_the_way_back_has_the_same_stages(kind: str) -> None:
    there = compare(side_named(kind, "old"), side_named(kind, "new"))
    back = compare(side_named(kind, "new"), side_named(kind, "old"))
    assert pairs(there) == {(new, old) for old, new in pairs(back)}


def pairs(difference: Difference) -> set[tuple[int | None, int | None]]:
    return {(stage.old_index, stage.index) for stage in difference.stages}

"""The page of a difference in a real browser."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from stageplan.review.diff.changes import Difference
from stageplan.review.diff.compare import compare
from stageplan.review.pages.difference import difference_page
from tests.review.compared import KINDS, side_named
from tests.review.opened import opened


def written(folder: Path, kind: str) -> tuple[Path, Difference]:
    old, new = side_named(kind, "old"), side_named(kind, "new")
    difference = compare(old, new)
    file = folder / "page.html"
    file.write_text(difference_page(difference, old, new))
    return file, difference


@pytest.mark.parametrize("kind", KINDS)
def test_every_change_is_told(browser: Browser, tmp_path: Path, kind: str) -> None:
    file, difference = written(tmp_path, kind)
    with opened(browser, file) as page:
        page.get_by_role("tab", name="Changes").click()
        told = page.locator("#pane-changes tbody th").all_inner_texts()
        assert told == [stage.name for stage in difference.stages if stage.differs]
        assert page.locator("#list b").all_text_contents() == [stage.name for stage in difference.stages]
        assert page.locator("#pane-changes .edges b").count() == len(difference.edges) + len(
            difference.images
        )


def test_a_changed_stage_opens_with_what_is_new_and_gone(browser: Browser, tmp_path: Path) -> None:
    file, _ = written(tmp_path, "split")
    with opened(browser, file) as page:
        page.get_by_role("tab", name="Changes").click()
        page.locator("#pane-changes th button", has_text="build").click()
        card = page.locator("article.card-of.open")
        assert card.locator(".line-removed code").all_text_contents() == [
            "COPY deps.txt ./",
            "RUN sort deps.txt > /deps.sorted",
        ]
        assert card.locator(".lines .hit").count() == 2
        assert card.locator(".ties .removed button, .ties .removed .tag").all_text_contents() == [
            "base",
            "gone",
        ]
        assert card.locator(".ties .added button, .ties .added .tag").all_text_contents() == ["deps", "new"]


def test_tabs_go_by_arrow_keys(browser: Browser, tmp_path: Path) -> None:
    file, _ = written(tmp_path, "rename")
    with opened(browser, file) as page:
        page.get_by_role("tab", name="Graph").focus()
        page.keyboard.press("ArrowRight")
        assert page.locator("#pane-changes").is_visible()
        assert not page.locator("#pane-graph").is_visible()
        page.keyboard.press("ArrowRight")
        assert page.locator("#pane-graph").is_visible()

"""The page of a report in a real browser: the graph, the run beside it, what a change does."""

import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from stageplan.review.pages.run_view import Bar, critical
from stageplan.review.pages.timeline import amount, duration
from tests.review.opened import opened

ROOT = Path(__file__).parents[2]
DEMO, RUN = str(ROOT / "fixtures/demo"), str(ROOT / "fixtures/reports/demo.json")
_IS_OPEN = "article.card-of.open"


def written(folder: Path, *words: str) -> Path:
    command = [sys.executable, "-m", "stageplan", "report", DEMO, "--check", "test", "-o", "page.html"]
    subprocess.run([*command, *words], cwd=folder, check=True, capture_output=True)
    return folder / "page.html"


@pytest.fixture
def page_of_all(tmp_path: Path) -> Path:
    """The demo, a run of it, and what it was before one of its instructions changed."""
    text = (ROOT / "fixtures/demo/Dockerfile").read_text()
    (tmp_path / "old").mkdir()
    (tmp_path / "old/Dockerfile").write_text(text.replace("RUN gzip -k9", "RUN gzip -k1"))
    return written(tmp_path, "--run", RUN, "--against", "old")


def test_every_step_has_its_bar(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, written(tmp_path, "--run", RUN)) as page:
        page.get_by_role("tab", name="Timeline").click()
        assert page.locator(".step-name").all_text_contents() == [
            "build:dictionary",
            "build:tools",
            "build:pages",
            "build:search",
            "build:assets",
            "build:test",
            "build:site",
            "tags:site",
        ]
        assert kinds(page) == ["hit", "hit", "ran", "ran", "hit", "ran", "ran", "other"]
        assert page.locator(".critical .step-name").all_text_contents() == [
            "build:dictionary",
            "build:tools",
            "build:pages",
            "build:search",
            "build:test",
            "build:site",
            "tags:site",
        ]
        assert page.locator(".tiles b").all_text_contents() == ["5.7 s", "6", "0 B", "0 B"]
        assert page.locator(".words").nth(3).text_content() == "1.4 s, 2 of 3 ran, ↓ 1.2 MB"
        boxes = [bar.bounding_box() for bar in page.locator(".step .bar").all()]
        assert all(box is not None and box["width"] >= 3 for box in boxes)


def kinds(page: Page) -> list[str]:
    return [(bar.get_attribute("class") or "").split()[-1] for bar in page.locator(".step .bar").all()]


def test_a_bar_opens_its_stage_with_what_ran(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, written(tmp_path, "--run", RUN)) as page:
        page.get_by_role("tab", name="Timeline").click()
        page.locator(".step-name button", has_text="build:search").click()
        card = page.locator(_IS_OPEN)
        assert card.locator("h2").text_content() == "search"
        assert card.locator(".lines .hit").count() == 1
        assert card.locator(".lines .ran").count() == 2
        assert card.locator(".lines em").all_text_contents()[0] == "hit"
        assert page.locator(".step.open .step-name").text_content() == "build:search"


def test_the_picture_says_what_ran(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, written(tmp_path, "--run", RUN)) as page:
        assert page.locator("svg .pill-text").all_text_contents() == [
            "CACHED",
            "CACHED",
            "CACHED",
            "RAN 2 OF 2",
            "RAN 2 OF 3",
            "CACHED",
            "RAN 1 OF 1",
            "CACHED",
            "RAN 1 OF 4",
        ]


def test_a_card_tells_the_key_and_what_it_is_made_of(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, written(tmp_path)) as page:
        page.locator("#list button", has_text="dictionary").click()
        card = page.locator(_IS_OPEN)
        assert "none: " in card.locator("dl").inner_text()
        card.locator("summary").click()
        assert card.locator(".inputs b").all_text_contents()[:2] == ["base", "COPY"]


def test_a_change_is_told_with_what_it_costs(browser: Browser, page_of_all: Path) -> None:
    with opened(browser, page_of_all) as page:
        page.get_by_role("tab", name="Changes").click()
        assert "1 new, 1 gone" in page.locator("#pane-changes tbody tr", has_text="assets").inner_text()
        page.get_by_role("tab", name="Graph").click()
        assert "CHANGED" in page.locator("svg .pill-text").all_text_contents()


def test_nothing_is_wider_than_a_phone(browser: Browser, page_of_all: Path) -> None:
    with opened(browser, page_of_all, width=390, height=844, touch=True) as page:
        for tab in page.get_by_role("tab").all():
            tab.tap()
            assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_all_of_it_is_printed(browser: Browser, page_of_all: Path) -> None:
    with opened(browser, page_of_all) as page:
        page.emulate_media(media="print")
        assert page.locator("#pane-timeline").is_visible()
        assert page.locator("#pane-changes").is_visible()
        assert page.pdf().startswith(b"%PDF")


def bar(name: str, started: float, seconds: float) -> Bar:
    return Bar(
        name=name,
        stage=None,
        state="done",
        started=started,
        seconds=seconds,
        bytes_down=0,
        bytes_up=None,
        note="",
    )


def test_the_steps_that_decided_how_long_it_took() -> None:
    bars = (bar("a", 0, 2), bar("b", 0, 5), bar("c", 2, 1), bar("d", 5.1, 3), bar("e", 3, 2))
    assert critical(bars) == {"b", "d"}
    assert critical(()) == frozenset()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.04, "0.0 s"), (9.94, "9.9 s"), (12.4, "12 s"), (60, "1 min"), (200, "3 min 20 s")],
)
def test_durations(seconds: float, words: str) -> None:
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("count", "words"), [(0, "0 B"), (999, "999 B"), (1500, "1.5 kB"), (3_400_000, "3.4 MB"), (2e9, "2.0 GB")]
)
def test_amounts(count: int, words: str) -> None:
    assert amount(count) == words

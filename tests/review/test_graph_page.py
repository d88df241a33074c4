"""The page of a graph in a real browser: all of it is there, and it can be used by mouse, finger and keys."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from stageplan.dockerfile.reader import read_dockerfile
from stageplan.graph import BuildOptions, build_graph
from stageplan.review.pages.page import page_html
from stageplan.review.pages.stage_card import stage_cards
from stageplan.review.pictures.scene import scene_of
from tests.review.opened import opened
from tests.review.pictured import CASES, NAMES

_IS_OPEN = "article.card-of.open"


def written(folder: Path, text: str, **options: list[str]) -> Path:
    graph = build_graph(read_dockerfile(text.encode(), "Dockerfile"), BuildOptions())
    targets, checks = (
        [graph.find(name).index for name in options.get(kind, ())] for kind in ("targets", "checks")
    )
    scene = scene_of(graph, targets, checks)
    file = folder / "page.html"
    file.write_text(page_html(scene, stage_cards(graph, scene)))
    return file


@pytest.fixture
def twenty(tmp_path: Path) -> Path:
    options = json.loads((CASES / "twenty/options.json").read_text())
    return written(tmp_path, (CASES / "twenty/Dockerfile").read_text(), **options)


@pytest.mark.parametrize("case", NAMES)
def test_every_stage_and_edge_is_there(browser: Browser, tmp_path: Path, case: str) -> None:
    text = (CASES / case / "Dockerfile").read_text()
    graph = build_graph(read_dockerfile(text.encode(), "Dockerfile"), BuildOptions())
    with opened(browser, written(tmp_path, text)) as page:
        assert page.locator("#list b").all_text_contents() == [stage.label for stage in graph.stages]
        assert page.locator("article h2").all_text_contents() == [stage.label for stage in graph.stages]
        assert page.locator("svg .node").count() == len(graph.stages)
        drawn = page.eval_on_selector_all(
            "svg .link", "links => links.map(each => [+each.dataset.source, +each.dataset.consumer])"
        )
        assert {tuple(pair) for pair in drawn} == {
            (edge.source, edge.consumer) for edge in graph.dependencies if edge.source != edge.consumer
        }
        lines = page.locator("article .lines code").all_text_contents()
        assert len(lines) == sum(len(stage.instructions) for stage in graph.stages)


def test_a_click_opens_a_stage_and_shows_what_it_needs(browser: Browser, twenty: Path) -> None:
    with opened(browser, twenty) as page:
        page.locator("svg .node .name", has_text="api-build").click()
        assert page.locator(f"{_IS_OPEN} h2").text_content() == "api-build"
        assert near(page) == [
            "python-base",
            "go-base",
            "proto",
            "api-deps",
            "api-build",
            "api-lint",
            "api-test",
            "api",
        ]
        page.locator(f"{_IS_OPEN} .ties button", has_text="proto").click()
        assert page.locator(f"{_IS_OPEN} h2").text_content() == "proto"
        page.keyboard.press("Escape")
        assert page.locator(_IS_OPEN).count() == 0
        assert near(page) == []


def near(page: Page) -> list[str]:
    """The stages that are not dimmed."""
    return page.locator("#view.focused .node.near .name").all_text_contents()


def test_search_finds_names_images_and_instructions(browser: Browser, twenty: Path) -> None:
    with opened(browser, twenty) as page:
        for words, found in (
            ("pip inst", 1),
            ("golang:1.24", 1),
            ("ruff api", 1),
            ("check", 4),
            ("nowhere", 0),
            ("", 20),
        ):
            page.keyboard.press("Escape")
            page.keyboard.press("/")
            page.keyboard.type(words)
            assert page.locator("#list li:not([hidden])").count() == found
            assert page.locator("#found").text_content() == (f"{found} of 20 stages" if words else "")
        page.keyboard.type("worker-b")
        page.keyboard.press("Enter")
        assert page.locator(f"{_IS_OPEN} h2").text_content() == "worker-build"
        page.wait_for_timeout(200)  # until it has faded in
        near_nodes = page.locator("svg .node.near")
        assert (
            near_nodes.evaluate_all("nodes => nodes.map(each => getComputedStyle(each).opacity)") == ["1"] * 6
        )


def test_arrow_keys_go_from_stage_to_stage(browser: Browser, twenty: Path) -> None:
    with opened(browser, twenty) as page:
        page.locator("#view").focus()
        visited = []
        for key in ("ArrowRight", "ArrowRight", "ArrowRight", "ArrowLeft", "ArrowLeft", "ArrowDown"):
            page.keyboard.press(key)
            visited.append(page.evaluate("document.activeElement.querySelector('.name').textContent"))
        assert visited == ["node-base", "ui-deps", "ui-build", "ui-deps", "node-base", "python-base"]
        page.keyboard.press("Enter")
        assert page.locator(f"{_IS_OPEN} h2").text_content() == "python-base"


def test_it_zooms_and_moves(browser: Browser, twenty: Path) -> None:
    with opened(browser, twenty) as page:
        page.locator("#zoom-fit").click()
        before = scale(page)
        page.keyboard.press("+")
        assert scale(page) == pytest.approx(before * 1.25, rel=0.01)
        page.locator("#zoom-out").click()
        assert scale(page) == pytest.approx(before, rel=0.01)
        box = page.locator("svg .node").first.bounding_box()
        page.mouse.move(400, 300)
        page.mouse.down()
        page.mouse.move(460, 340, steps=4)
        page.mouse.up()
        moved = page.locator("svg .node").first.bounding_box()
        assert box is not None
        assert moved is not None
        assert (moved["x"] - box["x"], moved["y"] - box["y"]) == pytest.approx((60, 40), abs=1)
        assert page.locator(_IS_OPEN).count() == 0  # a drag is no click
        page.mouse.wheel(0, 50)
        page.keyboard.down("Control")
        page.mouse.wheel(0, -100)
        page.keyboard.up("Control")
        assert scale(page) > before
        page.keyboard.press("0")
        assert scale(page) == pytest.approx(before, rel=0.01)


def scale(page: Page) -> float:
    return float(
        page.evaluate("new DOMMatrix(getComputedStyle(document.querySelector('#sheet')).transform).a")
    )


def test_on_a_phone_nothing_is_wider_than_the_screen(browser: Browser, twenty: Path) -> None:
    with opened(browser, twenty, width=390, height=844, touch=True) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.locator("#list button", has_text="ui-build").tap()
        assert page.locator(f"{_IS_OPEN} h2").is_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_on_paper_every_stage_is_told(browser: Browser, twenty: Path) -> None:
    with opened(browser, twenty) as page:
        page.emulate_media(media="print")
        assert all(card.is_visible() for card in page.locator("article.card-of").all())
        assert not page.locator("#search").is_visible()
        assert page.locator("svg.sp").is_visible()
        assert page.pdf().startswith(b"%PDF")


def test_an_address_opens_its_stage(browser: Browser, twenty: Path) -> None:
    with opened(browser, twenty) as page:
        page.goto(f"{twenty.as_uri()}#stage-9")
        page.reload()
        assert page.locator(f"{_IS_OPEN} h2").text_content() == "api-build"


def test_text_of_the_file_is_never_markup(browser: Browser, tmp_path: Path) -> None:
    command = "RUN echo '</script><img src=http://x/><b>' \"&amp;\""
    text = f"FROM alpine AS a\n{command}\nFROM a\nCOPY --from=a </p> /\n"
    with opened(browser, written(tmp_path, text)) as page:
        assert page.locator("article .lines code").all_text_contents() == [
            command,
            "COPY --from=a </p> /",
        ]
        assert page.locator("img").count() == 0


def test_two_hundred_stages_are_usable(browser: Browser, tmp_path: Path) -> None:
    lines = ["FROM alpine AS s0"]
    for number in range(1, 200):
        lines += [f"FROM s{number // 3} AS s{number}", f"COPY --from=s{number // 2} /a /b"]
    with opened(browser, written(tmp_path, "\n".join(lines))) as page:
        page.keyboard.press("/")
        page.keyboard.type("s17")
        page.keyboard.press("Enter")
        assert page.locator(f"{_IS_OPEN} h2").text_content() == "s17"
        assert page.locator("svg .node.open").is_visible()

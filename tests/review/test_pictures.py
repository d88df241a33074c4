"""Pictures of stage graphs: golden cases, what must be in them, and files that nobody can foresee."""

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree as ET

import pygraphviz
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stageplan.graph import DependencyKind, wave_numbers
from stageplan.review.pictures.dot import dot
from stageplan.review.pictures.layout import layout
from stageplan.review.pictures.mermaid import mermaid
from stageplan.review.pictures.scene import Link, Node, Scene, links_of
from stageplan.review.pictures.svg import svg
from tests.review.pictured import CASES, NAMES, scene_from, scene_named

SVG = "{http://www.w3.org/2000/svg}"
WRITERS: dict[str, Callable[[Scene], str]] = {"graph.mmd": mermaid, "graph.dot": dot, "graph.svg": svg}


@pytest.mark.parametrize("file", WRITERS)
@pytest.mark.parametrize("case", NAMES)
def test_case(case: str, file: str, *, update_golden: bool) -> None:
    golden = CASES / case / file
    text = WRITERS[file](scene_named(case))
    if update_golden:
        golden.write_text(text)
    assert golden.read_text() == text


@pytest.mark.parametrize("case", NAMES)
def test_svg_holds_every_stage_and_every_link_with_its_paths(case: str) -> None:
    scene = scene_named(case)
    root = ET.fromstring(svg(scene))  # noqa: S314 - our own text
    groups = root.findall(f".//{SVG}g[@data-node]")
    titles = {group.get("data-node"): group.findtext(f"{SVG}title", "") for group in groups}
    assert {place: title.split("\n")[0] for place, title in titles.items()} == {
        str(place): node.label for place, node in enumerate(scene.nodes)
    }
    links = [
        (group.get("data-source"), group.get("data-consumer"), group.findtext(f"{SVG}title"))
        for group in root.findall(f".//{SVG}g[@data-link]")
    ]
    assert sorted(links) == sorted(
        (str(link.source), str(link.consumer), "\n".join((link.kind, *link.paths))) for link in scene.links
    )


@pytest.mark.parametrize("case", NAMES)
def test_graphviz_reads_the_same_graph(case: str) -> None:
    scene = scene_named(case)
    graph = pygraphviz.AGraph(string=dot(scene))
    assert {node: graph.get_node(node).attr["label"].split("\\n")[0] for node in graph.nodes()} == {
        f"s{place}": node.label for place, node in enumerate(scene.nodes)
    }
    assert sorted(graph.edges()) == sorted((f"s{link.source}", f"s{link.consumer}") for link in scene.links)
    graph.layout("dot")


@pytest.mark.parametrize("case", NAMES)
def test_no_box_stands_on_another_and_waves_go_to_the_right(case: str) -> None:
    scene = scene_named(case)
    placed = layout(scene)
    for wave in scene.waves:
        boxes = sorted((placed.boxes[place] for place in wave), key=lambda box: box.y)
        assert all(upper.y + upper.height < lower.y for upper, lower in pairwise(boxes))
    for link, line in zip(scene.links, placed.lines, strict=True):
        source, consumer = placed.boxes[link.source], placed.boxes[link.consumer]
        start, end = ends(line)
        assert start[0] == source.x + source.width
        assert source.y <= start[1] <= source.y + source.height
        assert end[0] == consumer.x > start[0]


def ends(line: str) -> tuple[tuple[float, float], tuple[float, float]]:
    """Where a path of M, C and H begins and ends."""
    start, *pieces = re.findall(r"[MCH][^MCH]*", line)
    x, y = map(float, start[1:].split(","))
    begin = (x, y)
    for piece in pieces:
        if piece[0] == "H":
            x = float(piece[1:])
        else:
            x, y = map(float, piece[1:].split()[-1].split(","))
    return begin, (x, y)


def test_a_line_that_passes_a_column_passes_no_box() -> None:
    scene = scene_named("sixty")
    placed = layout(scene)
    for line in placed.lines:
        for y, from_x, to_x in level_pieces(line):
            for box in placed.boxes:
                assert not (from_x <= box.x and box.x + box.width <= to_x and box.y < y < box.y + box.height)


def level_pieces(line: str) -> list[tuple[float, float, float]]:
    """The parts of a path that go level: how far down, from where, to where."""
    found = []
    x = y = 0.0
    for piece in re.findall(r"[MCH][^MCH]*", line):
        if piece[0] == "H":
            found.append((y, x, float(piece[1:])))
            x = float(piece[1:])
        else:
            x, y = map(float, piece[1:].split()[-1].split(","))
    return found


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        ([(), (0,), (0, 1), (2,)], (0, 1, 2, 3)),
        ([(1,), (), ()], (1, 0, 0)),  # a later stage may be needed by an earlier one
        ([(1,), (0,), (1,)], (0, 0, 1)),  # stages that nobody builds may go round
    ],
    ids=["chain", "backwards", "circle"],
)
def test_wave_numbers(sources: list[tuple[int, ...]], expected: tuple[int, ...]) -> None:
    assert wave_numbers(sources) == expected


def test_a_deep_chain_is_no_problem() -> None:
    lines = ["FROM alpine AS s0", *(f"FROM s{number} AS s{number + 1}" for number in range(1999))]
    assert scene_from("\n".join(lines)).nodes[-1].wave == 1999


def test_links_of_one_kind_between_two_stages_are_one() -> None:
    copies = [
        Link(source=0, consumer=1, kind="copy", paths=("/b", "/a")),
        Link(source=0, consumer=1, kind="from"),
        Link(source=0, consumer=1, kind="copy", paths=("/a", "/c")),
    ]
    assert links_of(copies) == (
        Link(source=0, consumer=1, kind="copy", paths=("/b", "/a", "/c")),
        Link(source=0, consumer=1, kind="from"),
    )


def test_a_check_is_needed_and_a_stage_beside_it_is_not() -> None:
    text = "FROM a AS b\nFROM b AS test\nFROM b AS left\nFROM b AS end\n"
    scene = scene_from(text, checks=["test"])
    assert [node.role for node in scene.nodes] == ["needed", "check", "unreached", "target"]
    assert scene.subtitle == "4 stages, 3 needed for end"


def test_a_mermaid_of_many_links_has_no_labels() -> None:
    lines = ["FROM alpine AS source"]
    lines += [f"FROM scratch AS s{number}\nCOPY --from=source /a /b" for number in range(41)]
    assert "|" not in mermaid(scene_from("\n".join(lines)))
    assert "|" in mermaid(scene_from("\n".join(lines[:-1])))


# letters that mean something to one of the formats, or that XML cannot hold
_WORDS = st.text(alphabet="a1#;\"'<>&`{}|[]()\\\n\t\x00\x1b\udcffé漢%-/", min_size=1, max_size=40)


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    """Any scene, also one that goes round."""
    count = draw(st.integers(1, 7))
    place = st.integers(0, count - 1)
    pairs = draw(st.lists(st.tuples(place, place).filter(lambda pair: pair[0] != pair[1]), max_size=14))
    sources = [[source for source, consumer in pairs if consumer == stage] for stage in range(count)]
    kinds: st.SearchStrategy[DependencyKind] = st.sampled_from(("from", "copy", "mount", "onbuild"))
    links = [
        Link(
            source=source,
            consumer=consumer,
            kind=draw(kinds),
            paths=tuple(draw(st.lists(_WORDS, max_size=2))),
            is_needed=draw(st.booleans()),
        )
        for source, consumer in pairs
    ]
    nodes = tuple(
        Node(
            label=draw(_WORDS),
            base=draw(st.none() | _WORDS),
            root=draw(_WORDS),
            role=draw(st.sampled_from(("target", "check", "needed", "unreached"))),
            wave=wave,
            facts=(draw(_WORDS),),
            change=draw(st.sampled_from(("same", "added", "removed", "changed", "behind"))),
        )
        for wave in wave_numbers(sources)
    )
    return Scene(title=draw(_WORDS), subtitle="", nodes=nodes, links=links_of(links))


@settings(derandomize=True, deadline=None)
@given(scenes())
def test_any_scene_is_drawn_as_valid_text(scene: Scene) -> None:
    ET.fromstring(svg(scene).encode())  # noqa: S314 - our own text
    graph = pygraphviz.AGraph(string=dot(scene).encode(errors="replace").decode())
    assert len(graph.nodes()) == len(scene.nodes)
    assert len(graph.edges()) == len(scene.links)
    assert all(line.isprintable() for line in mermaid(scene).encode(errors="replace").decode().split("\n"))


@settings(derandomize=True, deadline=None)
@given(scenes())
def test_the_same_scene_gives_the_same_picture(scene: Scene) -> None:
    again = replace(scene, nodes=tuple(replace(node) for node in scene.nodes))
    assert svg(again) == svg(scene)

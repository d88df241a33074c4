"""Mermaid's own program draws what is written for it."""

from typing import Any

import pytest

from stageplan.review.diff.compare import compare
from stageplan.review.diff.markdown import small_mermaid
from stageplan.review.diff.picture import difference_scene, neighbourhood
from stageplan.review.pictures.mermaid import mermaid
from stageplan.review.pictures.scene import Link, Node, Scene
from tests.review.compared import KINDS, side_named
from tests.review.pictured import NAMES, scene_named

_DRAW = """
async text => {
  const {svg} = await mermaid.render('picture', text);
  const page = new DOMParser().parseFromString(svg, 'text/html');
  return {
    nodes: [...page.querySelectorAll('.node')].map(node => node.textContent.trim()),
    links: page.querySelectorAll('.flowchart-link').length,
  };
}
"""
LETTERS = "a#1; \"b\" 'c' <d> &e; `f` {g} |h| [i] (j) \\k %%l end"


@pytest.mark.parametrize("case", NAMES)
def test_it_draws_every_stage_and_link(mermaid_page: Any, case: str) -> None:
    scene = scene_named(case)
    drawn = mermaid_page.evaluate(_DRAW, mermaid(scene))
    assert sorted(drawn["nodes"]) == sorted(node.label + (node.base or "") for node in scene.nodes)
    assert drawn["links"] == len(scene.links)


def test_it_shows_letters_that_mean_something_to_it(mermaid_page: Any) -> None:
    node = Node(label=LETTERS, base=None, root="", role="needed", wave=0)
    other = Node(label="end", base=LETTERS[:40], root="", role="target", wave=1)
    link = Link(source=0, consumer=1, kind="copy", paths=(LETTERS[:20],))
    scene = Scene(title=LETTERS, subtitle="%%{init: {}}%%", nodes=(node, other), links=(link,))
    drawn = mermaid_page.evaluate(_DRAW, mermaid(scene))
    assert drawn["nodes"] == [LETTERS, f"end{LETTERS[:40]}"]


@pytest.mark.parametrize("kind", KINDS)
def test_it_draws_what_a_change_does(mermaid_page: Any, kind: str) -> None:
    old, new = side_named(kind, "old"), side_named(kind, "new")
    scene = difference_scene(compare(old, new), old, new)
    text = small_mermaid(scene)
    if text is not None:
        drawn = mermaid_page.evaluate(_DRAW, text)
        shown = neighbourhood(scene)
        assert len(drawn["nodes"]) == len(shown.nodes)
        assert drawn["links"] == len(shown.links)

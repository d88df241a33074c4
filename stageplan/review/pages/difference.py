"""The page of a difference: the picture with what changed, a card for each stage, all changes in a list."""

from collections.abc import Iterator

from markupsafe import Markup

from stageplan.review.diff.changes import Difference, LineChange, StageChange
from stageplan.review.diff.picture import difference_scene
from stageplan.review.diff.side import Side
from stageplan.review.diff.text import edge_words
from stageplan.review.diff.words import change_words, cost_words, line_words, runs_words, summary
from stageplan.review.pages.page import Pane, page_html, render
from stageplan.review.pages.stage_card import Line, StageCard, ties
from stageplan.review.pictures.scene import Scene


def difference_page(difference: Difference, old: Side, new: Side) -> str:
    """The page, with a line end."""
    scene = difference_scene(difference, old, new)
    return page_html(scene, difference_cards(difference, scene), (difference_pane(difference),))


def difference_pane(difference: Difference) -> Pane:
    """All that differs, in a list."""
    rows = [
        {
            "place": place,
            "stage": stage,
            "words": ", ".join(change_words(stage)),
            "runs": runs_words(stage),
            "cost": cost_words(stage.cost) if stage.cost else "",
        }
        for place, stage in enumerate(difference.stages)
        if stage.differs
    ]
    body = render(
        "changes.html.j2",
        difference=difference,
        summary=summary(difference),
        rows=rows,
        edges=[(edge, edge_words(edge)) for edge in difference.edges],
    )
    return Pane(name="changes", title="Changes", body=Markup(body))  # noqa: S704 - a template's, escaped


def difference_cards(difference: Difference, scene: Scene) -> tuple[StageCard, ...]:
    """A card for each stage of either side, in the order of the scene's nodes."""
    return tuple(
        StageCard(
            place=place,
            name=stage.name,
            role=scene.nodes[place].role,
            change=scene.nodes[place].change,
            base=scene.nodes[place].base,
            wave=scene.nodes[place].wave + 1,
            facts=tuple(_facts(stage)),
            lines=tuple(_line(stage, line) for line in stage.lines),
            takes=ties(scene, place, takes=True),
            gives=ties(scene, place, takes=False),
        )
        for place, stage in enumerate(difference.stages)
    )


def _facts(stage: StageChange) -> Iterator[tuple[str, str]]:
    yield "Starts from", stage.base
    if words := ", ".join(change_words(stage)):
        yield "What changed", words
    if words := runs_words(stage):
        yield "Runs again", words
    if stage.because:
        yield "Because", stage.because
    if stage.cost:
        yield "It takes", cost_words(stage.cost)


def _line(stage: StageChange, change: LineChange) -> Line:
    notes = [words for words in (line_words(stage, change),) if words]
    if change.state in ("runs", "may"):
        notes.append("runs again" if change.state == "runs" else "runs again where what it copies changed")
    return Line(
        line=change.line or change.old_line or 0,
        text=change.text,
        state=change.state,
        change=change.status,
        note=", ".join(notes),
    )

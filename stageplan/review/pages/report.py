"""The page of a report: the graph, the run, what a change does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from stageplan.review.diff.changes import Difference
from stageplan.review.diff.picture import difference_scene
from stageplan.review.diff.side import Side
from stageplan.review.diff.steps import STEPS
from stageplan.review.pages.difference import difference_cards, difference_pane
from stageplan.review.pages.page import Pane, page_html
from stageplan.review.pages.run_view import Ran, RunView, StageRun
from stageplan.review.pages.stage_card import Line, StageCard, stage_cards
from stageplan.review.pages.timeline import amount, duration, timeline_pane
from stageplan.review.pictures.scene import Outcome, Scene, scene_of

Facts = Mapping[int, Sequence[tuple[str, str]]]
"""Pairs of a heading and what is told under it, by the index of a stage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What a change does.

    Attributes:
        difference: all that differs.
        old: the side before it; the other one is the report's own.
    """

    difference: Difference
    old: Side


def report_page(
    side: Side,
    *,
    facts: Facts,
    inputs: Mapping[int, tuple[tuple[str, str, str], ...]],
    run: RunView | None = None,
    changed: Changed | None = None,
) -> str:
    """The page, with a line end.

    Args:
        side: what the graph is of.
        facts: what else is known of a stage.
        inputs: what the key of each stage is made of, by index: a kind, a name, a value each.
        run: what a run of it came to.
        changed: what is compared with it.
    """
    own = scene_of(side.graph, side.targets, side.checks)
    scene = difference_scene(changed.difference, changed.old, side) if changed else own
    cards = tuple(
        replace(card, inputs=inputs.get(card.place, ())) for card in stage_cards(side.graph, own, facts)
    )
    if changed:
        cards = _with_changes(cards, difference_cards(changed.difference, scene))
    if run:
        scene, cards = _with_run(scene, run), tuple(_ran(card, run) for card in cards)
    return page_html(scene, cards, _panes(run, changed, cards))


def _panes(run: RunView | None, changed: Changed | None, cards: Sequence[StageCard]) -> tuple[Pane, ...]:
    places = {card.name: card.place for card in cards}
    panes = [timeline_pane(run, places)] if run else []
    return (*panes, difference_pane(changed.difference)) if changed else tuple(panes)


def _with_changes(cards: Sequence[StageCard], changed: Sequence[StageCard]) -> tuple[StageCard, ...]:
    """The cards of the difference, with what only the cards of the graph know."""
    known = {card.place: card for card in cards}
    return tuple(
        replace(card, facts=_merged(card.facts, known[card.place].facts), inputs=known[card.place].inputs)
        if card.place in known
        else card
        for card in changed
    )


def _merged(facts: Sequence[tuple[str, str]], more: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    headings = {heading for heading, _ in facts}
    return (*facts, *(fact for fact in more if fact[0] not in headings))


def _with_run(scene: Scene, run: RunView) -> Scene:
    """The scene, each stage with what became of it."""
    return replace(
        scene,
        nodes=tuple(
            replace(node, outcome=_outcome(stage), badge=_badge(stage))
            if (stage := run.stages.get(node.label)) and node.change != "removed"
            else node
            for node in scene.nodes
        ),
    )


def _ran(card: StageCard, run: RunView) -> StageCard:
    """The card, with what its instructions came to."""
    stage = run.stages.get(card.name)
    if stage is None or card.change == "removed":
        return card
    pulled = [("Pulled", amount(stage.bytes_down))] if stage.bytes_down else []
    told = f"{_badge(stage).lower()}, {duration(stage.seconds)}" if stage.ran else _badge(stage).lower()
    return replace(
        card,
        outcome=_outcome(stage),
        badge=_badge(stage).lower(),
        facts=(*card.facts, ("In the run", told), *pulled),
        lines=_matched(card.lines, stage.instructions),
    )


def _matched(lines: Sequence[Line], instructions: Sequence[Ran]) -> tuple[Line, ...]:
    """The lines, those that do something with what became of them."""
    doing = [line for line in lines if _keyword(line) in STEPS and line.change != "removed"]
    by_text = {" ".join(each.text.split()): each for each in instructions}
    by_place = dict(zip(doing, instructions, strict=True)) if len(doing) == len(instructions) else {}
    return tuple(
        _line(line, by_place.get(line) or by_text.get(" ".join(line.text.split()))) for line in lines
    )


def _line(line: Line, ran: Ran | None) -> Line:
    if ran is None:
        return line
    told = "hit" if ran.is_hit else f"ran, {duration(ran.seconds)}"
    return replace(
        line, state="hit" if ran.is_hit else "ran", note=f"{told}; {line.note}" if line.note else told
    )


def _keyword(line: Line) -> str:
    return line.text.removeprefix("ONBUILD ").split(maxsplit=1)[0].upper() if line.text.strip() else ""


def _outcome(stage: StageRun) -> Outcome:
    if stage.state in ("failed", "skipped"):
        return "failed" if stage.state == "failed" else "skipped"
    return "ran" if stage.ran else "hit"


def _badge(stage: StageRun) -> str:
    if stage.state == "failed":
        return "FAILED"
    if stage.state == "skipped":
        return "LEFT OUT"
    return f"RAN {stage.ran} OF {len(stage.instructions)}" if stage.ran else "CACHED"

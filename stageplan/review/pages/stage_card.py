"""What a page tells of one stage."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from stageplan.graph import Stage, StageGraph
from stageplan.review.pictures.scene import Outcome, Scene

StepState = Literal["", "ran", "hit", "runs", "may"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An instruction.

    Attributes:
        line: where it stands; 0 for a trigger of an image, which stands in no file of ours.
        state: what became of it in a run, or what a change would do to it; "" where nobody says.
        change: what a change does to the line itself: added, removed, moved; "" or "same" for nothing.
        note: further words, such as how long it took.
    """

    line: int
    text: str
    state: StepState = ""
    change: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """Another stage that a stage takes from, or that takes from it.

    Attributes:
        place: of the other stage.
        kind: what takes it.
        paths: what is taken.
        change: what a change does to it; "same" for nothing.
    """

    place: int
    name: str
    kind: str
    paths: tuple[str, ...]
    change: str = "same"


@dataclass(frozen=True, slots=True, kw_only=True)
class StageCard:
    """A stage, as its card shows it.

    Attributes:
        place: among the nodes of the scene.
        role: target, check, needed or unreached.
        change: what a change does to it; "same" for nothing.
        base: the image it starts from, or None.
        facts: pairs of a heading and what is told under it.
        lines: its instructions.
        outcome: what became of it in a run; "" where there was none.
        badge: the same in words.
        inputs: what its key is made of: a kind, a name, a value each.
        takes: the stages it takes from.
        gives: the stages that take from it.
    """

    place: int
    name: str
    role: str
    change: str
    base: str | None
    wave: int
    facts: tuple[tuple[str, str], ...]
    lines: tuple[Line, ...]
    takes: tuple[Tie, ...]
    gives: tuple[Tie, ...]
    outcome: Outcome = ""
    badge: str = ""
    inputs: tuple[tuple[str, str, str], ...] = ()


def stage_cards(
    graph: StageGraph, scene: Scene, facts: Mapping[int, Sequence[tuple[str, str]]] | None = None
) -> tuple[StageCard, ...]:
    """The cards of a graph's stages, in file order.

    Args:
        scene: the picture of the same graph.
        facts: what else is known of a stage, by its index.
    """
    more = facts or {}
    return tuple(
        StageCard(
            place=stage.index,
            name=stage.label,
            role=scene.nodes[stage.index].role,
            change=scene.nodes[stage.index].change,
            base=scene.nodes[stage.index].base,
            wave=scene.nodes[stage.index].wave + 1,
            facts=(*_facts(graph, stage), *more.get(stage.index, ())),
            lines=lines_of(stage),
            takes=ties(scene, stage.index, takes=True),
            gives=ties(scene, stage.index, takes=False),
        )
        for stage in graph.stages
    )


def lines_of(stage: Stage) -> tuple[Line, ...]:
    """The instructions of a stage; triggers of its base say what they are."""
    return tuple(
        Line(
            line=instruction.span.line,
            text=f"ONBUILD {instruction.text}" if instruction.is_trigger else instruction.text,
        )
        for instruction in stage.instructions
    )


def ties(scene: Scene, place: int, *, takes: bool) -> tuple[Tie, ...]:
    """The stages that one takes from, or that take from it."""
    found = []
    for link in scene.links:
        mine, other = (link.consumer, link.source) if takes else (link.source, link.consumer)
        if mine == place:
            found.append(
                Tie(
                    place=other,
                    name=scene.nodes[other].label,
                    kind=link.kind,
                    paths=link.paths,
                    change=link.change,
                )
            )
    return tuple(found)


def _facts(graph: StageGraph, stage: Stage) -> Iterator[tuple[str, str]]:
    if stage.base_stage is None:
        yield "Starts from", stage.base
    if stage.replaced_by:
        yield "Replaced by", stage.replaced_by
    yield "Platform", stage.effective_platform
    images = dict.fromkeys(use.ref for use in graph.images if use.stage == stage.index and use.kind != "from")
    if images:
        yield "Takes from images", ", ".join(images)
    reads = dict.fromkeys(path for step in stage.instructions for path in step.context_sources)
    if reads:
        yield "Reads from the context", ", ".join(reads)

"""The picture of a difference: the new stages with those that are gone."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from stageplan.graph import DependencyKind, wave_numbers
from stageplan.review.diff.changes import Difference, EdgeChange, StageChange
from stageplan.review.diff.side import Side
from stageplan.review.diff.words import change_words, summary
from stageplan.review.pictures.scene import Change, Link, Node, Scene, links_of, scene_of


def difference_scene(difference: Difference, old: Side, new: Side) -> Scene:
    """The new side's scene with what is gone, each stage and edge marked with what happened to it."""
    before = scene_of(old.graph, old.targets, old.checks)
    after = scene_of(new.graph, new.targets, new.checks)
    places = {stage.name: place for place, stage in enumerate(difference.stages)}
    old_nodes = [
        before.nodes[stage.old_index]
        for stage in difference.stages
        if stage.index is None and stage.old_index is not None
    ]
    nodes = [
        _marked(node, stage)
        for node, stage in zip((*after.nodes, *old_nodes), difference.stages, strict=True)
    ]
    edges = {(edge.source, edge.consumer, edge.kind): edge for edge in difference.edges}
    links = links_of((*_links(after.links, difference, edges), *_gone(difference.edges, places)))
    waves = _waves(nodes, links)
    return Scene(
        title=f"{difference.old} → {difference.new}",
        subtitle=summary(difference),
        nodes=tuple(replace(node, wave=wave) for node, wave in zip(nodes, waves, strict=True)),
        links=links,
    )


def change_of(stage: StageChange) -> Change:
    """How a stage is marked."""
    match stage.status:
        case "added" | "removed" | "changed":
            return stage.status
        case "same":
            return "changed" if stage.old_name else "behind" if stage.runs else "same"


def neighbourhood(scene: Scene) -> Scene:
    """What changed and its neighbours, alone."""
    changed = {place for place, node in enumerate(scene.nodes) if node.change != "same"}
    marked = [link for link in scene.links if link.change != "same"]
    shown = changed | {place for link in marked for place in (link.source, link.consumer)}
    near = shown | {
        place
        for link in scene.links
        if {link.source, link.consumer} & changed
        for place in (link.source, link.consumer)
    }
    return only(scene, near)


def only(scene: Scene, places: Iterable[int]) -> Scene:
    """A scene of some of the nodes, and the links between them."""
    kept = sorted(places)
    now = {place: number for number, place in enumerate(kept)}
    links = tuple(
        replace(link, source=now[link.source], consumer=now[link.consumer])
        for link in scene.links
        if link.source in now and link.consumer in now
    )
    return replace(scene, nodes=tuple(scene.nodes[place] for place in kept), links=links)


def _marked(node: Node, stage: StageChange) -> Node:
    words = [*change_words(stage)]
    if stage.because:
        words.append(f"runs again: {stage.because}")
    return replace(node, change=change_of(stage), facts=(*node.facts, *words))


def _links(
    links: Iterable[Link], difference: Difference, edges: Mapping[tuple[str, str, DependencyKind], EdgeChange]
) -> Iterable[Link]:
    for link in links:
        source, consumer = (difference.stages[place].name for place in (link.source, link.consumer))
        edge = edges.get((source, consumer, link.kind))
        yield replace(link, change="added" if edge and edge.status == "added" else "same")


def _gone(edges: Iterable[EdgeChange], places: dict[str, int]) -> Iterable[Link]:
    for edge in edges:
        if edge.status == "removed" and edge.source in places and edge.consumer in places:
            yield Link(
                source=places[edge.source],
                consumer=places[edge.consumer],
                kind=edge.kind,
                paths=edge.paths,
                change="removed",
            )


def _waves(nodes: list[Node], links: Iterable[Link]) -> tuple[int, ...]:
    """The waves of the new side; a stage that is gone stands after what it took from."""
    sources: list[list[int]] = [[] for _ in nodes]
    for link in links:
        if link.change != "removed" or nodes[link.consumer].change == "removed":
            sources[link.consumer].append(link.source)
    return wave_numbers(sources)

"""What a picture shows: stages, the data they take from each other, the waves they are built in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from stageplan.graph import DependencyKind, Stage, StageGraph

Role = Literal["target", "check", "needed", "unreached"]
Change = Literal["same", "added", "removed", "changed", "behind"]
Outcome = Literal["", "hit", "ran", "failed", "skipped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A stage.

    Attributes:
        label: its name.
        base: the image it starts from, or what replaces it; None where it starts from a stage.
        root: the image at the end of its chain of FROMs.
        role: whether it is a target, only run for its result, needed for one, or not needed.
        wave: stages of one wave take data from earlier waves only, so they can be built side by side.
        change: what a change does to it.
        facts: further words about it, for who points at it.
        outcome: what became of it in a run; "" where there was none.
        badge: the same in words.
    """

    label: str
    base: str | None
    root: str
    role: Role
    wave: int
    facts: tuple[str, ...] = ()
    change: Change = "same"
    outcome: Outcome = ""
    badge: str = ""

    @property
    def is_needed(self) -> bool:
        """A build of the targets builds it."""
        return self.role != "unreached"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Data that one stage takes from another, in one way.

    Attributes:
        source: place of the node it comes from.
        consumer: place of the node that takes it.
        paths: the paths that are taken; none for a FROM.
        is_needed: a build of the targets takes it.
        change: what a change does to it.
    """

    source: int
    consumer: int
    kind: DependencyKind
    paths: tuple[str, ...] = ()
    is_needed: bool = True
    change: Change = "same"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """All that a picture shows.

    Attributes:
        title: which Dockerfile it is.
        subtitle: how much of it is needed for what.
        nodes: the stages, in file order.
        links: by source, then consumer, then kind.
    """

    title: str
    subtitle: str
    nodes: tuple[Node, ...]
    links: tuple[Link, ...]

    @property
    def waves(self) -> tuple[tuple[int, ...], ...]:
        """The places of the nodes of each wave, in file order."""
        count = max((node.wave for node in self.nodes), default=-1) + 1
        found: list[list[int]] = [[] for _ in range(count)]
        for place, node in enumerate(self.nodes):
            found[node.wave].append(place)
        return tuple(map(tuple, found))


def scene_of(graph: StageGraph, targets: Sequence[int] = (), checks: Sequence[int] = ()) -> Scene:
    """The scene of a graph.

    Args:
        targets: the stages to publish; none: the graph's own target.
        checks: the stages that are only run for their result.
    """
    targets = tuple(targets) or (graph.target,)
    needed = graph.reached_from((*targets, *checks))

    def role(stage: Stage) -> Role:
        if stage.index in targets:
            return "target"
        if stage.index in checks:
            return "check"
        return "needed" if stage.index in needed else "unreached"

    nodes = tuple(
        Node(
            label=stage.label,
            base=_base(stage),
            root=_root(graph, stage),
            role=role(stage),
            wave=graph.waves[stage.index],
            facts=_facts(graph, stage),
        )
        for stage in graph.stages
    )
    names = ", ".join(graph.stages[target].label for target in targets)
    subtitle = f"{_counted(len(nodes), 'stage')}, {len(needed)} needed for {names}"
    return Scene(title=graph.dockerfile.path, subtitle=subtitle, nodes=nodes, links=_links(graph, needed))


def links_of(links: Iterable[Link]) -> tuple[Link, ...]:
    """The links, one for each source, consumer and kind, sorted; their paths put together in order."""
    merged: dict[tuple[int, int, str], Link] = {}
    for link in links:
        key = (link.source, link.consumer, link.kind)
        before = merged.get(key)
        paths = (*before.paths, *link.paths) if before else link.paths
        merged[key] = replace(before or link, paths=tuple(dict.fromkeys(paths)))
    return tuple(merged[key] for key in sorted(merged))


def _links(graph: StageGraph, needed: frozenset[int]) -> tuple[Link, ...]:
    return links_of(
        Link(
            source=edge.source,
            consumer=edge.consumer,
            kind=edge.kind,
            paths=edge.paths,
            is_needed=edge.consumer in needed,
        )
        for edge in graph.dependencies
        if edge.source != edge.consumer
    )


def _base(stage: Stage) -> str | None:
    if stage.replaced_by:
        return stage.replaced_by
    return None if stage.base_stage is not None else stage.base


def _root(graph: StageGraph, stage: Stage) -> str:
    """What its chain of FROMs ends in."""
    while not stage.replaced_by and stage.base_stage is not None:
        stage = graph.stages[stage.base_stage]
    return stage.replaced_by or stage.base


def _facts(graph: StageGraph, stage: Stage) -> tuple[str, ...]:
    base = stage.base if stage.base_stage is None else f"stage {graph.stages[stage.base_stage].label}"
    found = [f"line {stage.span.line}: from {base}"]
    if stage.platform:
        found.append(f"platform {stage.platform}")
    if stage.replaced_by:
        found.append(f"replaced by {stage.replaced_by}")
    found.append(_counted(len(stage.instructions), "instruction"))
    images = dict.fromkeys(use.ref for use in graph.images if use.stage == stage.index and use.kind != "from")
    found += (f"takes files of image {ref}" for ref in images)
    return tuple(found)


def _counted(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"

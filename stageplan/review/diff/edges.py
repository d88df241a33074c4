"""Which edges and images are new, gone or different."""

from collections.abc import Iterable, Iterator, Mapping

from stageplan.graph import DependencyKind, StageGraph
from stageplan.review.diff.changes import EdgeChange, ImageChange
from stageplan.review.diff.matching import Pairs
from stageplan.review.pictures.scene import Link

_DIGEST = len("sha256:") + 12
_Edge = tuple[str, str, DependencyKind]


def edge_changes(
    old: Iterable[Link], new: Iterable[Link], old_names: Mapping[int, str], new_names: Mapping[int, str]
) -> tuple[EdgeChange, ...]:
    """The edges of one side alone, or with other paths, by consumer and source.

    Args:
        old_names: the old stages by the names that they have now.
        new_names: the new stages.
    """
    before, after = _by_names(old, old_names), _by_names(new, new_names)
    found = []
    for edge in {**before, **after}:
        source, consumer, kind = edge
        was, now = before.get(edge), after.get(edge)
        if was == now:
            continue
        found.append(
            EdgeChange(
                status="removed" if now is None else "added" if was is None else "changed",
                source=source,
                consumer=consumer,
                kind=kind,
                paths=now if now is not None else was or (),
                old_paths=was if was is not None and now is not None else (),
            )
        )
    return tuple(sorted(found, key=lambda each: (each.consumer, each.source, each.kind)))


def image_changes(
    old: StageGraph, new: StageGraph, pairs: Pairs, old_names: Mapping[int, str]
) -> tuple[ImageChange, ...]:
    """The images that stages name differently, or that only one side names."""
    by_change: dict[tuple[str | None, str | None], list[str]] = {}
    for stage in new.stages:
        before = pairs.get(stage.index)
        was = {} if before is None else _images(old, before)
        for change in _changed(was, _images(new, stage.index)):
            by_change.setdefault(change, []).append(stage.label)
    for stage in old.stages:
        if stage.index not in pairs.values():
            for change in _changed(_images(old, stage.index), {}):
                by_change.setdefault(change, []).append(old_names[stage.index])
    kept_old, kept_new = ({_familiar(use.ref) for use in graph.images} for graph in (old, new))
    return tuple(
        ImageChange(old=was, new=now, stages=tuple(names))
        for (was, now), names in by_change.items()
        if not (was is None and now in kept_old) and not (now is None and was in kept_new)
    )


def pin_changes(old: Mapping[str, str], new: Mapping[str, str], graph: StageGraph) -> tuple[ImageChange, ...]:
    """The images whose digest in the lock file is another, and the stages that name them."""
    changed = {ref for ref in old.keys() & new.keys() if old[ref] != new[ref]}
    by_ref: dict[str, list[str]] = {}
    for use in graph.images:
        if use.ref in changed:
            by_ref.setdefault(use.ref, []).append(graph.stages[use.stage].label)
    return tuple(
        ImageChange(
            old=f"{_familiar(ref)}@{short_digest(old[ref])}",
            new=f"{_familiar(ref)}@{short_digest(new[ref])}",
            stages=tuple(dict.fromkeys(names)),
        )
        for ref, names in sorted(by_ref.items())
    )


def short_digest(digest: str) -> str:
    """As much of a digest as tells it from others."""
    return digest[:_DIGEST]


def _by_names(links: Iterable[Link], names: Mapping[int, str]) -> dict[_Edge, tuple[str, ...]]:
    return {(names[link.source], names[link.consumer], link.kind): link.paths for link in links}


def _images(graph: StageGraph, index: int) -> dict[tuple[str, int], str]:
    """What a stage names, by how and the how manyeth."""
    found: dict[tuple[str, int], str] = {}
    counts: dict[str, int] = {}
    for use in graph.images:
        if use.stage == index:
            counts[use.kind] = counts.get(use.kind, -1) + 1
            found[use.kind, counts[use.kind]] = _familiar(use.ref)
    return found


def _changed(
    old: Mapping[tuple[str, int], str], new: Mapping[tuple[str, int], str]
) -> Iterator[tuple[str | None, str | None]]:
    for way in dict.fromkeys((*old, *new)):
        if old.get(way) != new.get(way):
            yield old.get(way), new.get(way)


def _familiar(ref: str) -> str:
    """The reference as people write it."""
    return ref.removeprefix("docker.io/library/").removeprefix("docker.io/")

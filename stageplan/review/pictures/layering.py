"""Nodes in columns, and the ways that links take through the columns between."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from stageplan.review.pictures.scene import Scene


@dataclass(frozen=True, slots=True, order=True)
class Item:
    """What takes a place in a column: a node, or the way of a source's links of one kind past it.

    Attributes:
        column: where it stands.
        node: the node, or the source of the links.
        kind: of the links; "" for the node itself.
    """

    column: int
    node: int
    kind: str = ""

    @property
    def is_node(self) -> bool:
        """It is a stage."""
        return not self.kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Layering:
    """The columns and what connects neighbouring ones.

    Attributes:
        columns: their items, in file order.
        before: for each item the items of the column before that it is connected to.
        after: the same for the column after.
        ways: for each link what it passes, from source to consumer.
    """

    columns: tuple[tuple[Item, ...], ...]
    before: Mapping[Item, tuple[Item, ...]]
    after: Mapping[Item, tuple[Item, ...]]
    ways: tuple[tuple[Item, ...], ...]


def layering_of(scene: Scene) -> Layering:
    """The columns of a scene: one for each wave.

    Links of one source and kind share their way as long as they go together, so a stage that twenty others
    copy from sends one line into each column, not twenty.
    """
    columns = [[Item(number, place) for place in wave] for number, wave in enumerate(scene.waves)]
    ways = tuple(
        _way(
            scene.nodes[link.source].wave,
            scene.nodes[link.consumer].wave,
            link.source,
            link.consumer,
            link.kind,
        )
        for link in scene.links
    )
    passed = dict.fromkeys(item for way in ways for item in way if not item.is_node)
    for item in passed:
        columns[item.column].append(item)
    before, after = defaultdict[Item, dict[Item, None]](dict), defaultdict[Item, dict[Item, None]](dict)
    for way in ways:
        for left, right in pairwise(way):
            if left.column < right.column:
                after[left][right] = None
                before[right][left] = None
    return Layering(
        columns=tuple(map(tuple, columns)),
        before={item: tuple(found) for item, found in before.items()},
        after={item: tuple(found) for item, found in after.items()},
        ways=ways,
    )


def _way(start: int, end: int, source: int, consumer: int, kind: str) -> tuple[Item, ...]:
    """The items from a source to a consumer; a link that goes back goes straight."""
    between = (Item(column, source, kind) for column in range(start + 1, end))
    return (Item(start, source), *between, Item(end, consumer))


def crossings(layering: Layering, columns: Sequence[Sequence[Item]]) -> int:
    """How often connections between neighbouring columns cross, with the items in this order."""
    return sum(_crossings(layering, left, right) for left, right in pairwise(columns))


def _crossings(layering: Layering, left: Sequence[Item], right: Sequence[Item]) -> int:
    """Inversions among the right ends, counted with a Fenwick tree."""
    rank = {item: number for number, item in enumerate(right, start=1)}
    counts = [0] * (len(right) + 1)
    total = seen = 0
    for item in left:
        ends = sorted(rank[other] for other in layering.after.get(item, ()))
        for end in ends:
            total += seen - _sum_to(counts, end)
        for end in ends:
            seen += 1
            _add(counts, end)
    return total


def _sum_to(counts: Sequence[int], position: int) -> int:
    total = 0
    while position:
        total += counts[position]
        position &= position - 1
    return total


def _add(counts: list[int], position: int) -> None:
    while position < len(counts):
        counts[position] += 1
        position += position & -position

"""How far down each item stands: near its neighbours, never on another.

Each column in turn is given the places that are nearest to where its neighbours stand, by weighted least
squares under the order that is set; pooling adjacent violators solves that exactly.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

from stageplan.review.pictures.layering import Item, Layering

_ROUNDS = 10
_TO_NODE, _TO_WAY, _ALONE = 1.0, 6.0, 0.02  # a line that passes columns should be straight
_NEARLY = 10.0  # a bend that is less looks like a mistake

Gap = Callable[[Item, Item], float]
"""How far apart the centres of two items have to be, the upper one first."""


def positions(columns: Sequence[Sequence[Item]], layering: Layering, gap: Gap) -> dict[Item, float]:
    """The distance of each item's centre from the top; the least is 0.

    Args:
        columns: the items of each column, from top to bottom.
        gap: asked for neighbours in a column.
    """
    offsets = [_offsets(column, gap) for column in columns]
    found = {item: y for column, ys in zip(columns, offsets, strict=True) for item, y in _centred(column, ys)}
    both = {item: (*layering.before.get(item, ()), *layering.after.get(item, ())) for item in found}
    numbers = range(len(columns))
    for turn in range(2 * _ROUNDS):
        last = turn >= 2 * (_ROUNDS - 2)
        neighbours = both if last else layering.before if turn % 2 == 0 else layering.after
        for number in numbers if turn % 2 == 0 else reversed(numbers):
            _settle(columns[number], offsets[number], neighbours, found)
    _straighten(columns, layering, gap, found)
    top = min(found.values(), default=0.0)
    return {item: y - top for item, y in found.items()}


def _offsets(column: Sequence[Item], gap: Gap) -> tuple[float, ...]:
    """How far down each item is where all stand as close as they may."""
    found = [0.0]
    for upper, lower in pairwise(column):
        found.append(found[-1] + gap(upper, lower))
    return tuple(found)


def _centred(column: Sequence[Item], offsets: Sequence[float]) -> Sequence[tuple[Item, float]]:
    return [
        (item, offset - offsets[len(column) - 1] / 2) for item, offset in zip(column, offsets, strict=False)
    ]


def _settle(
    column: Sequence[Item],
    offsets: Sequence[float],
    neighbours: Mapping[Item, Sequence[Item]],
    found: dict[Item, float],
) -> None:
    """Moves the items of a column to where their neighbours want them."""
    wishes = []
    for item, offset in zip(column, offsets, strict=False):
        others = neighbours.get(item, ())
        weights = [_TO_NODE if item.is_node or other.is_node else _TO_WAY for other in others]
        pull = sum(weights)
        mean = (
            sum(weight * found[other] for weight, other in zip(weights, others, strict=True)) / pull
            if pull
            else found[item]
        )
        wishes.append((mean - offset, pull or _ALONE))
    for item, offset, place in zip(column, offsets, _isotonic(wishes), strict=False):
        found[item] = place + offset


def _straighten(
    columns: Sequence[Sequence[Item]], layering: Layering, gap: Gap, found: dict[Item, float]
) -> None:
    """Takes the slight bends out of the lines that pass columns, where there is room."""
    for column in columns:
        for place, item in enumerate(column):
            (before,) = layering.before.get(item, ()) if not item.is_node else (item,)
            if item.is_node or abs(found[item] - found[before]) > _NEARLY:
                continue
            upper = [found[each] + gap(each, item) for each in column[max(0, place - 1) : place]]
            lower = [found[each] - gap(item, each) for each in column[place + 1 : place + 2]]
            found[item] = min([max([found[before], *upper]), *lower])


def _isotonic(wishes: Sequence[tuple[float, float]]) -> list[float]:
    """The non-decreasing numbers that are nearest to the wishes, each a number and its weight."""
    blocks: list[tuple[float, float, int]] = []
    for value, weight in wishes:
        block = (value, weight, 1)
        while blocks and blocks[-1][0] > block[0]:
            upper = blocks.pop()
            total = upper[1] + block[1]
            mean = (upper[0] * upper[1] + block[0] * block[1]) / total
            block = (mean, total, upper[2] + block[2])
        blocks.append(block)
    return [value for value, _, count in blocks for _ in range(count)]

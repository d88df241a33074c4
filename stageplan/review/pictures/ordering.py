"""The order of the items in each column, with few crossings.

Sweeps put each item at the mean place of its neighbours; then neighbours change places while that helps.

Source: Sugiyama, Tagawa and Toda, "Methods for visual understanding of hierarchical system structures".
"""

from collections.abc import Mapping, Sequence

from stageplan.review.pictures.layering import Item, Layering, crossings

_SWEEPS = 12
_EXCHANGES = 8

Columns = tuple[tuple[Item, ...], ...]
Neighbours = Mapping[Item, Sequence[Item]]


def ordered(layering: Layering) -> Columns:
    """The columns, each in an order that leaves few crossings; the same for the same scene."""
    best = columns = layering.columns
    fewest = crossings(layering, best)
    for sweep in range(_SWEEPS):
        if not fewest:
            break
        columns = _swept(columns, layering, forward=sweep % 2 == 0)
        count = crossings(layering, columns)
        if count < fewest:
            best, fewest = columns, count
    return _exchanged(best, layering)


def _swept(columns: Columns, layering: Layering, *, forward: bool) -> Columns:
    """One pass over all columns, each ordered by the one it comes from."""
    neighbours = layering.before if forward else layering.after
    found = list(columns if forward else reversed(columns))
    for number in range(1, len(found)):
        places = {item: place for place, item in enumerate(found[number - 1])}
        found[number] = _by_means(found[number], neighbours, places)
    return tuple(found if forward else reversed(found))


def _by_means(column: Sequence[Item], neighbours: Neighbours, places: Mapping[Item, int]) -> tuple[Item, ...]:
    """The items by the mean place of their neighbours; those without any keep their place."""
    means = {
        item: sum(places[other] for other in others) / len(others)
        for item in column
        if (others := neighbours.get(item))
    }
    moving = iter(sorted(means, key=means.__getitem__))
    return tuple(next(moving) if item in means else item for item in column)


def _exchanged(columns: Columns, layering: Layering) -> Columns:
    """The columns once no exchange of two neighbours helps any more."""
    found = [list(column) for column in columns]
    places = {item: place for column in found for place, item in enumerate(column)}
    for _ in range(_EXCHANGES):
        if not sum(_improve(column, places, layering) for column in found):
            break
    return tuple(map(tuple, found))


def _improve(column: list[Item], places: dict[Item, int], layering: Layering) -> bool:
    """Whether two neighbours of the column have changed places."""
    helped = False
    for place in range(len(column) - 1):
        upper, lower = column[place], column[place + 1]
        gain = sum(
            _between(neighbours.get(upper, ()), neighbours.get(lower, ()), places)
            for neighbours in (layering.before, layering.after)
        )
        if gain > 0:
            column[place : place + 2] = [lower, upper]
            places[upper], places[lower] = place + 1, place
            helped = True
    return helped


def _between(upper: Sequence[Item], lower: Sequence[Item], places: Mapping[Item, int]) -> int:
    """How many crossings an exchange of two items would save."""
    crossing = sum(places[one] > places[other] for one in upper for other in lower)
    uncrossed = sum(places[one] < places[other] for one in upper for other in lower)
    return crossing - uncrossed

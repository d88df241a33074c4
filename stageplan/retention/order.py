"""The order in which manifests are deleted."""

from collections.abc import Iterable, Iterator
from graphlib import TopologicalSorter

from stageplan.retention.facts import Facts, Place


def in_order(facts: Facts, places: Iterable[Place]) -> Iterator[tuple[Place, tuple[Place, ...]]]:
    """Each manifest behind all that need it, which come with it.

    So an index goes before what it names, and whenever the deletion stops, nothing lacks anything.
    """
    needed_by: dict[Place, list[Place]] = {place: [] for place in places}
    for place in needed_by:
        for digest in dict.fromkeys(facts.manifests[place].needs):
            child = Place(place.repository, digest)
            if child in needed_by:
                needed_by[child].append(place)
    for place in TopologicalSorter(needed_by).static_order():
        yield place, tuple(needed_by[place])

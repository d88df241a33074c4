"""Which stages a stage needs, and theirs."""

from collections.abc import Callable, Iterable


def reached_from(starts: Iterable[int], needs: Callable[[int], Iterable[int]]) -> frozenset[int]:
    """The stages themselves, what they need, and so on.

    Args:
        starts: indexes of stages.
        needs: the stages that one stage needs.
    """
    waiting = list(starts)
    reached = set(waiting)
    while waiting:
        for source in needs(waiting.pop()):
            if source not in reached:
                reached.add(source)
                waiting.append(source)
    return frozenset(reached)

"""Stages that are built without the cache."""

from collections.abc import Collection, Iterable

from stageplan.graph import StageGraph

EVERY_STAGE = "*"
_ALL = "all"


def stages_without_cache(graph: StageGraph, names: Iterable[str], reached: Collection[int]) -> frozenset[int]:
    """The stages that `--no-cache` names; `all` is all of them.

    Raises:
        UsageError: there is no such stage.
    """
    if _ALL in names:
        return frozenset(reached)
    return frozenset(graph.find(name).index for name in names)


def names_without_cache(
    graph: StageGraph, anew: Collection[int], reached: Collection[int], built: Iterable[int]
) -> tuple[str, ...]:
    """What the builder is told of one build: the names of stages, or `*` for all.

    Args:
        anew: the stages that are built without the cache.
        reached: all stages of the plan.
        built: the stages that the build may come to.
    """
    if anew and anew == reached:
        return (EVERY_STAGE,)
    return tuple(graph.stages[index].label for index in sorted(built) if index in anew)

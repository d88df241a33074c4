"""Which stages get a build of their own.

Every further build command costs 0.3 to 0.9 s, so a stage that would gain nothing by it is built within
its consumers' builds: folded into them.
"""

from collections.abc import Callable, Collection

from stageplan.graph import StageGraph
from stageplan.plan.model import Action, Split, StageDecision
from stageplan.stages.model import Stage, StageInstruction

_LAYERS = frozenset({"ADD", "COPY", "RUN", "WORKDIR"})


def decide(
    graph: StageGraph,
    *,
    targets: Collection[int],
    checks: Collection[int],
    reached: Collection[int],
    split: Split,
    parents_only: bool,
    stage_of: Callable[[str], int],
) -> tuple[StageDecision, ...]:
    """What becomes of each stage, in file order.

    Args:
        targets: indexes of the stages that are published.
        checks: indexes of the stages that are only run.
        reached: indexes of the stages that the builder builds for them.
        split: how finely the builds are split.
        parents_only: whether a consumer's cache holds only the layers of the stages it starts from
            (`min`, inline), and not those of the stages it copies from.
        stage_of: which stage the builder takes for a target's name.
    """

    def decision(stage: Stage) -> tuple[Action, str]:
        if stage.index not in reached:
            return "skip", "no target needs it"
        if stage.index in targets:
            return "build", "it is a target"
        if stage.index in checks:
            return "build", "it is run for its result"
        if stage.replaced_by is not None:
            return "skip", f"a named context stands in for it: {stage.replaced_by}"
        if not stage.name:
            return "fold", "it has no name that --target could take; give it one with AS"
        if stage_of(stage.name) != stage.index:
            return "fold", f"another stage is also named '{stage.name}', and --target takes that one"
        return _decide_inner(graph, stage, reached, split=split, parents_only=parents_only)

    found = ((stage, *decision(stage)) for stage in graph.stages)
    return tuple(
        StageDecision(index=stage.index, name=stage.label, action=action, reason=reason)
        for stage, action, reason in found
    )


def _is_expensive(instruction: StageInstruction) -> bool:
    return instruction.runs or instruction.adds_remote


def _kept_by_children(graph: StageGraph, stage: Stage, reached: Collection[int]) -> bool:
    """Whether every consumer starts from this stage, or there is no layer to lose."""
    if not any(instruction.keyword in _LAYERS for instruction in stage.instructions):
        return True
    return all(
        graph.stages[consumer].base_stage == stage.index
        for consumer in graph.consumers(stage.index)
        if consumer in reached
    )


def _decide_inner(
    graph: StageGraph, stage: Stage, reached: Collection[int], *, split: Split, parents_only: bool
) -> tuple[Action, str]:
    if split == "all":
        return "build", "every stage is split off"
    if split == "targets":
        return "fold", "only targets are split off"
    consumers = [consumer for consumer in graph.consumers(stage.index) if consumer in reached]
    expensive = any(_is_expensive(instruction) for instruction in stage.instructions)
    copies = any(instruction.copies_context for instruction in stage.instructions)
    if parents_only and not _kept_by_children(graph, stage, reached):
        return "build", "its consumers' caches would not hold its layers"
    if not expensive and not copies:
        return "fold", "it has neither RUN nor a copy from the context"
    if not expensive and len(consumers) == 1:
        return "fold", f"it has one consumer, {graph.stages[consumers[0]].label}, and no RUN"
    if len(consumers) > 1:
        return "build", f"{len(consumers)} stages need it"
    return "build", "it has a RUN whose result is worth a cache of its own"

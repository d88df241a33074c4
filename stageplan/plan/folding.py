"""Which stages get a build of their own.

Every further build command costs 0.3 to 0.9 s, so a stage that would gain nothing by it is built within
its consumers' builds: folded into them.
"""

from collections.abc import Collection

from stageplan.graph import Stage, StageGraph
from stageplan.plan.model import Split, StageDecision

_LAYERS = frozenset({"ADD", "COPY", "RUN", "WORKDIR"})


def decide(
    graph: StageGraph,
    *,
    targets: Collection[int],
    checks: Collection[int],
    reached: Collection[int],
    split: Split,
    parents_only: bool,
) -> tuple[StageDecision, ...]:
    """What becomes of each stage, in file order.

    Args:
        targets: indexes of the stages that are published.
        checks: indexes of the stages that are only run.
        reached: indexes of the stages that the builder builds for them.
        split: how finely the builds are split.
        parents_only: whether a consumer's cache holds only the layers of the stages it starts from
            (`min`, inline), and not those of the stages it copies from.
    """
    decisions = []
    for stage in graph.stages:
        if stage.index not in reached:
            action, reason = "skip", "no target needs it"
        elif stage.index in targets:
            action, reason = "build", "it is a target"
        elif stage.index in checks:
            action, reason = "build", "it is run for its result"
        elif stage.replaced_by is not None:
            action, reason = "skip", f"a named context stands in for it: {stage.replaced_by}"
        else:
            action, reason = _decide_inner(graph, stage, reached, split=split, parents_only=parents_only)
        decisions.append(
            StageDecision(index=stage.index, name=title(stage), action=action, reason=reason)  # type: ignore[arg-type]
        )
    return tuple(decisions)


def title(stage: Stage) -> str:
    """How messages name a stage."""
    return stage.name or f"stage-{stage.index}"


def _is_expensive(instruction: Instruction) -> bool:
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
) -> tuple[str, str]:
    if stage.name is None:
        return "fold", "it has no name that --target could take; give it one with AS"
    if graph.find(stage.name).index != stage.index:
        return "fold", f"a later stage is also named '{stage.name}', and --target takes that one"
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
        return "fold", f"it has one consumer, {title(graph.stages[consumers[0]])}, and no RUN"
    if len(consumers) > 1:
        return "build", f"{len(consumers)} stages need it"
    return "build", "it has a RUN whose result is worth a cache of its own"

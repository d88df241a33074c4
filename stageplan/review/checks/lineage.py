"""The instructions whose layers lie below each other."""

from collections.abc import Iterator, Mapping, Sequence

from stageplan.graph import Stage, StageGraph, StageInstruction


def lineage(graph: StageGraph, stage: Stage) -> tuple[StageInstruction, ...]:
    """The instructions of the stages that a stage starts from, first ones first, and then its own."""
    return tuple(
        instruction for ancestor in reversed(tuple(_ancestors(graph, stage))) for instruction in ancestor
    )


def stages_by_base(graph: StageGraph) -> Mapping[int, Sequence[Stage]]:
    """By stage, those that start from it, in file order."""
    found: dict[int, list[Stage]] = {}
    for stage in graph.stages:
        if stage.base_stage is not None:
            found.setdefault(stage.base_stage, []).append(stage)
    return found


def own_instructions(stage: Stage) -> tuple[StageInstruction, ...]:
    """The instructions that stand in the stage itself, without triggers of its base."""
    return tuple(instruction for instruction in stage.instructions if not instruction.is_trigger)


def _ancestors(graph: StageGraph, stage: Stage) -> Iterator[tuple[StageInstruction, ...]]:
    """The instructions of the stage, of its base, and so on."""
    yield stage.instructions
    while stage.base_stage is not None:
        stage = graph.stages[stage.base_stage]
        yield stage.instructions

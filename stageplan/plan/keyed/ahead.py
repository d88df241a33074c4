"""The first instructions of a stage, which can be made while what the others need is still being made."""

from collections.abc import Collection

from stageplan.plan.keyed.pieces import Pieces
from stageplan.plan.keyed.prefix import can_stand_last
from stageplan.plan.keyed.reach import reach


def ahead_length(pieces: Pieces, index: int, waits_for: Collection[int]) -> int | None:
    """How many instructions can be made ahead; None: nothing that is worth it.

    The builder fetches the layers below an instruction when all that it needs is made, and not before. A
    build of what is below has them there in time, even where that is only the base image.

    Args:
        waits_for: the stages that are made by builds of their own.
    """
    stage = pieces.work.stage(index)

    def waits(length: int) -> bool:
        inlined, wanted = reach(pieces, {index: length})
        return not {*inlined, *wanted}.isdisjoint(waits_for)

    takes = (at for at, item in enumerate(stage.instructions) if item.copied is not None or item.mounts)
    first = next((at for at in takes if waits(at + 1)), None)
    if first is None or waits(0) or not can_stand_last(pieces.work.graph, stage):
        return None
    if first == 0 and stage.base.lower() == "scratch":
        return None
    others = frozenset[str | None]().union(*(_stands_on(pieces, at) for at in waits_for))
    if not others.isdisjoint(_stands_on(pieces, index)):
        return None  # it is fetched for them
    return None if stage.instructions[first].is_trigger else first


def _stands_on(pieces: Pieces, index: int) -> frozenset[str | None]:
    """The stages and the image that a stage starts from."""
    found = set[str | None]()
    stage = pieces.work.stage(index)
    while stage.base_stage is not None:
        stage = pieces.work.stage(stage.base_stage)
        found.add(stage.label)
    return frozenset(found | {stage.base_image})

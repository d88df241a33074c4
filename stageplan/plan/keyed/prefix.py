"""The first instructions of a stage, which a change of its sources leaves as they are."""

from stageplan.graph import StageGraph
from stageplan.keys.digests import digest_of_texts
from stageplan.keys.model import StageKey
from stageplan.keys.views import key_digests
from stageplan.stages.model import Stage, StageInstruction


def prefix_length(stage: Stage) -> int | None:
    """How many instructions come before the last copy from the context, up to a RUN; None: there is none.

    What they make is worth to be kept on its own: a change of what that copy reads does not reach it. Where
    nothing is copied, the last RUN is what is thought to change.
    """
    changing = [place for place, item in enumerate(stage.instructions) if _reads_context(item)]
    expensive = [place for place, item in enumerate(stage.instructions) if is_expensive(item)]
    last = max(changing or expensive, default=0)
    kept = [place for place in expensive if place < last]
    if not kept or stage.instructions[kept[-1] + 1].is_trigger:
        return None
    return kept[-1] + 1


def can_stand_last(graph: StageGraph, stage: Stage) -> bool:
    """Whether the FROM of a stage means the same behind all other stages.

    There, a name that means an image, or the first of two stages, may mean another stage. What COPY and
    mounts name is the last stage of that name anywhere.
    """
    named = [other.index for other in graph.stages if other.name == stage.base.lower()]
    return named[-1:] == ([] if stage.base_stage is None else [stage.base_stage])


def prefix_key(stage: Stage, key: StageKey, parent: StageKey | None, length: int) -> str:
    """The key of the first instructions of a stage, 64 hexadecimal digits.

    Args:
        key: of the whole stage.
        parent: of the stage that it starts from.
        length: how many instructions.
    """
    end = stage.instructions[length].span.line
    inputs = [item for item in key.inputs if item.line is None or item.line < end]
    return digest_of_texts("prefix", (key_digests(inputs, parent).digest,))


def is_expensive(instruction: StageInstruction) -> bool:
    """Whether it is worth a download not to run it again."""
    return instruction.runs or instruction.adds_remote


def _reads_context(instruction: StageInstruction) -> bool:
    return instruction.copies_context or instruction.mounts_context

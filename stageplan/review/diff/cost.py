"""What running again takes, by the report of an earlier run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from stageplan.review.diff.changes import Cost, Difference, StageChange


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What an earlier run took for a stage.

    Attributes:
        seconds: of each instruction that does something, in order, with its text.
        bytes_down: layers that were pulled for it.
    """

    seconds: Sequence[tuple[str, float]]
    bytes_down: int


def with_costs(difference: Difference, measured: Mapping[str, Measured]) -> Difference:
    """The difference, each stage that runs again with what that takes.

    Args:
        measured: by the name that the stage had in that run.
    """
    return replace(difference, stages=tuple(_with_cost(stage, measured) for stage in difference.stages))


def _with_cost(stage: StageChange, measured: Mapping[str, Measured]) -> StageChange:
    if not stage.runs:
        return stage
    found = measured.get(stage.old_name or stage.name) or measured.get(stage.name)
    if found is None:
        return replace(stage, cost=Cost(seconds=0.0, unknown=len(stage.runs), bytes_down=0))
    times = {_plain(text): seconds for text, seconds in found.seconds}
    known = [times[_plain(line.text)] for line in stage.runs if _plain(line.text) in times]
    return replace(
        stage,
        cost=Cost(
            seconds=round(sum(known), 3),
            unknown=len(stage.runs) - len(known),
            bytes_down=found.bytes_down,
        ),
    )


def _plain(text: str) -> str:
    """The text as the builder names a step: white space is one blank."""
    return " ".join(text.split())

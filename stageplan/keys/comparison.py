"""Which inputs of which keys differ between two states of a file and its context."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from stageplan.keys.record import InputRecord, StageRecord

Change = Literal["added", "removed", "changed"]
_FROM_STAGES = ("base-stage", "copied-stage")
_NAMED_FREELY = frozenset(
    {"base-image", "base-stage", "copied-image", "copied-stage", "files", "heredoc", "remote"}
)
"""Kinds of which another name may stand for the same thing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InputChange:
    """An input that is not what it was.

    Attributes:
        change: what became of it.
        kind: what it is.
        name: what people call it; the old name where it is gone.
        before: its place among the old inputs, or None.
        after: its place among the new inputs, or None.
    """

    change: Change
    kind: str
    name: str
    before: int | None
    after: int | None

    @property
    def is_passed_on(self) -> bool:
        """It changed only because another stage did."""
        return self.change == "changed" and self.kind in _FROM_STAGES


@dataclass(frozen=True, slots=True, kw_only=True)
class StageChange:
    """A stage whose key is not what it was.

    Attributes:
        name: the stage's name.
        change: what became of it.
        inputs: the inputs that differ, in the order of the file.
    """

    name: str
    change: Change
    inputs: tuple[InputChange, ...] = ()


def compare(old: Sequence[StageRecord], new: Sequence[StageRecord]) -> tuple[StageChange, ...]:
    """The stages whose keys differ, in the new order, then those that are gone.

    Args:
        old: the stages as they were; of several with one name the last counts.
        new: the stages as they are.
    """
    before = {stage.name: stage for stage in old}
    after = {stage.name: stage for stage in new}
    return (
        *(change for stage in after.values() for change in _changes(before.get(stage.name), stage)),
        *(StageChange(name=name, change="removed") for name in before if name not in after),
    )


def _changes(before: StageRecord | None, after: StageRecord) -> Iterator[StageChange]:
    if before is None:
        yield StageChange(name=after.name, change="added")
    elif before.key != after.key or before.inputs != after.inputs:
        inputs = tuple(_input_changes(before.inputs, after.inputs))
        if inputs or before.key != after.key:
            yield StageChange(name=after.name, change="changed", inputs=inputs)


def _input_changes(old: Sequence[InputRecord], new: Sequence[InputRecord]) -> Iterator[InputChange]:
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for tag, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        if tag != "equal":
            yield from _paired(old, new, range(old_start, old_end), range(new_start, new_end))


def _paired(
    old: Sequence[InputRecord], new: Sequence[InputRecord], gone: range, come: range
) -> Iterator[InputChange]:
    """Inputs that stand in each other's place: of one kind and name, else of one kind."""
    unpaired = list(gone)
    pairs: dict[int, int] = {}
    for is_same in (_is_same_thing, _is_same_kind):
        for after in come:
            before = next((index for index in unpaired if is_same(old[index], new[after])), None)
            if after not in pairs and before is not None:
                pairs[after] = before
                unpaired.remove(before)
    for index in unpaired:
        item = old[index]
        yield InputChange(change="removed", kind=item.kind, name=item.name, before=index, after=None)
    for index in come:
        item = new[index]
        change: Change = "changed" if index in pairs else "added"
        yield InputChange(change=change, kind=item.kind, name=item.name, before=pairs.get(index), after=index)


def _is_same_thing(old: InputRecord, new: InputRecord) -> bool:
    return (old.kind, old.name) == (new.kind, new.name)


def _is_same_kind(old: InputRecord, new: InputRecord) -> bool:
    return old.kind == new.kind and old.kind in _NAMED_FREELY

"""What changed between two states of a file and its context, and which stages that reaches."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from stageplan.keys.comparison import InputChange, StageChange
from stageplan.keys.model import KeyInput
from stageplan.review.explanation import input_label, input_text, shown_value

_MOST_PATHS = 8

Inputs = Mapping[str, Sequence[KeyInput]]
"""By stage name, what its key is made of."""
PathsOf = Callable[[KeyInput], Mapping[str, str]]
"""The paths that an input reads, each with a digest of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two states.

    Attributes:
        inputs: what is known of it; nothing of a plan file, which holds no values.
        paths_of: says which files an input reads; None where that is not known.
    """

    inputs: Inputs
    paths_of: PathsOf | None = None


def changes_text(
    changes: Sequence[StageChange], stage: str, against: str, needed: Sequence[str], old: Side, new: Side
) -> str:
    """What changed for a stage and for those it needs, and which stages it reaches, with a line end.

    Args:
        changes: of all stages.
        stage: the name of the stage that is asked for.
        against: what it is compared with, as the user named it.
        needed: the names of the stages that it needs, itself too.
        old: the state that it is compared with.
        new: the state now.
    """
    relevant = [change for change in changes if change.name in needed]
    if not relevant:
        lines = [f"nothing that decides '{stage}' differs from {against}"]
    else:
        lines = [f"'{stage}' differs from {against}:", ""]
        for change in relevant:
            lines += _stage_lines(change, old, new)
    others = [change.name for change in changes if change.change != "removed"]
    if others:
        lines += ["", f"stages with another key: {', '.join(others)}"]
    return "\n".join(lines) + "\n"


def changes_json(changes: Sequence[StageChange], against: str, old: Side, new: Side) -> dict[str, object]:
    """The changes of all stages for a program."""
    return {
        "against": against,
        "stages": [
            {
                "name": change.name,
                "change": change.change,
                "inputs": [_input_json(change, item, old, new) for item in change.inputs],
            }
            for change in changes
        ],
    }


def path_changes(old: Mapping[str, str], new: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The paths that are not the same, sorted, each with what became of it."""
    found = dict.fromkeys(new.keys() - old.keys(), "added")
    found |= dict.fromkeys(old.keys() - new.keys(), "removed")
    found |= {path: "changed" for path in old.keys() & new.keys() if old[path] != new[path]}
    return tuple(sorted(found.items()))


def _stage_lines(change: StageChange, old: Side, new: Side) -> Iterator[str]:
    yield f"{change.name}  ({change.change})" if change.change != "changed" else change.name
    for item in change.inputs:
        yield f"  {item.change:<7}  {_input_line(change.name, item, old, new)}"


def _input_line(stage: str, item: InputChange, old: Side, new: Side) -> str:
    before, after = _find(old, stage, item.before), _find(new, stage, item.after)
    shown = after or before
    if shown is None:
        return f"{item.kind} {item.name}"
    place = f"line {shown.line}: " if after and after.line else ""
    label = input_label(shown)
    if item.is_passed_on:
        return f"{place}{label} {item.name}"
    if item.kind == "files":
        paths = _paths(item, before, after, old, new)
        return f"{place}{label} {item.name}{_paths_text(paths)}"
    if before and after and before.name == after.name and "\n" not in before.value + after.value:
        name = f" {after.name}" if label != after.name else ""
        return f"{place}{label}{name}: {shown_value(before)} -> {shown_value(after)}"
    return f"{place}{label} {input_text(shown)}"


def _paths_text(paths: Sequence[tuple[str, str]]) -> str:
    if not paths:
        return ""
    named = [f"{path} {change}" for path, change in paths[:_MOST_PATHS]]
    rest = len(paths) - len(named)
    return f": {', '.join(named)}" + (f" and {rest} more" if rest else "")


def _paths(
    item: InputChange, before: KeyInput | None, after: KeyInput | None, old: Side, new: Side
) -> tuple[tuple[str, str], ...]:
    """Which files differ, where both states know theirs."""
    if item.kind != "files" or not before or not after or not old.paths_of or not new.paths_of:
        return ()
    return path_changes(old.paths_of(before), new.paths_of(after))


def _find(side: Side, stage: str, place: int | None) -> KeyInput | None:
    inputs = side.inputs.get(stage)
    return inputs[place] if inputs and place is not None else None


def _input_json(change: StageChange, item: InputChange, old: Side, new: Side) -> dict[str, object]:
    before, after = _find(old, change.name, item.before), _find(new, change.name, item.after)
    return {
        "change": item.change,
        "kind": item.kind,
        "name": item.name,
        "line": after.line if after else None,
        "before": shown_value(before) if before else None,
        "after": shown_value(after) if after else None,
        "paths": [{"path": path, "change": what} for path, what in _paths(item, before, after, old, new)],
    }

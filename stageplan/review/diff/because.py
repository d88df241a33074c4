"""Why an instruction runs again, in words."""

from collections.abc import Callable, Iterable, Mapping

from stageplan.review.diff.lines import Aligned
from stageplan.review.diff.steps import Step

_MOST = 3
_LONGEST = 40


def because(each: Aligned, *, base: str, sources: Callable[[Step], Iterable[str]]) -> str:
    """Why the first instruction of a stage that runs again does, as a sentence without a full stop.

    Args:
        each: the instruction, with what it was.
        base: what to say where it sees other files than before; "" where its stage starts as it did.
        sources: names of the stages that an instruction takes from and that have changed.
    """
    if each.new is None:
        return ""
    if each.status == "added":
        return f"{_words(each.new)} is new" + (f", and {base}" if base else "")
    if each.old is None:
        return ""
    reasons = []
    if base and each.old.before != each.new.before:
        reasons.append(base)  # with the variables that are set there
    elif each.old.variables != each.new.variables:
        reasons.append(_variables(dict(each.old.variables), dict(each.new.variables)))
    if each.old.files != each.new.files:
        reasons.append(_files(each.old.files or {}, each.new.files or {}))
    if each.old.images != each.new.images:
        reasons.append(f"it takes from {_listed(each.new.images)}")
    changed = tuple(sources(each.new))
    if changed:
        verb = "changes" if len(changed) == 1 else "change"
        reasons.append(f"{_listed(changed)} {verb}")
    if each.status == "moved":
        reasons.insert(0, f"{_words(each.new)} stands elsewhere")
    return ", and ".join(reasons) or f"what stands before {_words(each.new)} has changed"


def _words(step: Step) -> str:
    text = " ".join(step.instruction.text.split())
    return f"`{text if len(text) <= _LONGEST else text[: _LONGEST - 1] + '…'}`"


def _variables(old: Mapping[str, str], new: Mapping[str, str]) -> str:
    words = [
        f"{name} is {_value(new[name])} instead of {_value(old[name])}"
        for name in new
        if name in old and old[name] != new[name]
    ]
    added, gone = [name for name in new if name not in old], [name for name in old if name not in new]
    if added:
        words.append(f"{_listed(added)} {'is' if len(added) == 1 else 'are'} set before it now")
    if gone:
        words.append(f"{_listed(gone)} {'is' if len(gone) == 1 else 'are'} no longer set before it")
    return _listed(words) or "variables are set in another order"


def _value(value: str) -> str:
    return f"'{value if len(value) <= _LONGEST else value[: _LONGEST - 1] + '…'}'"


def _files(old: Mapping[str, str], new: Mapping[str, str]) -> str:
    words = [
        *(f"{path} changed" for path in sorted(new) if path in old and old[path] != new[path]),
        *(f"{path} is new" for path in sorted(new) if path not in old),
        *(f"{path} is gone" for path in sorted(old) if path not in new),
    ]
    return _listed(words)


def _listed(words: Iterable[str]) -> str:
    """The first few, and how many more there are."""
    found = tuple(words)
    shown = ", ".join(found[:_MOST])
    return f"{shown} and {len(found) - _MOST} more" if len(found) > _MOST else shown

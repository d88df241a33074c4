"""Which instructions of a stage are new, gone, or stand elsewhere."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from stageplan.review.diff.changes import LineStatus
from stageplan.review.diff.steps import Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Aligned:
    """An instruction of either side, or one of both that is the same."""

    status: LineStatus
    old: Step | None
    new: Step | None


def aligned(old: Sequence[Step], new: Sequence[Step]) -> tuple[Aligned, ...]:
    """The instructions in the order of the new side, those that are gone where they stood.

    One that stands elsewhere is told once, at its new place.
    """
    found: list[Aligned] = []
    start = begin = 0
    for one, other in (*_same_steps(old, new), (len(old), len(new))):
        found += _between(old[start:one], new[begin:other])
        if one < len(old):
            found.append(Aligned(status="same", old=old[one], new=new[other]))
        start, begin = one + 1, other + 1
    return _with_moves(found)


def _same_steps(old: Sequence[Step], new: Sequence[Step]) -> Iterator[tuple[int, int]]:
    """Where instructions that do something stay; what only sets something moves around them."""
    places, others = ([place for place, step in enumerate(steps) if step.is_step] for steps in (old, new))
    words, said = [old[place].words for place in places], [new[place].words for place in others]
    for block in SequenceMatcher(None, words, said, autojunk=False).get_matching_blocks():
        for offset in range(block.size):
            yield places[block.a + offset], others[block.b + offset]


def _between(old: Sequence[Step], new: Sequence[Step]) -> Iterator[Aligned]:
    words, others = [step.words for step in old], [step.words for step in new]
    for kind, start, end, begin, stop in SequenceMatcher(None, words, others, autojunk=False).get_opcodes():
        if kind == "equal":
            pairs = zip(old[start:end], new[begin:stop], strict=True)
            yield from (Aligned(status="same", old=one, new=other) for one, other in pairs)
        else:
            yield from (Aligned(status="removed", old=step, new=None) for step in old[start:end])
            yield from (Aligned(status="added", old=None, new=step) for step in new[begin:stop])


def _with_moves(found: Sequence[Aligned]) -> tuple[Aligned, ...]:
    """The same, where what is gone and what is new are one instruction elsewhere."""
    gone: dict[str, list[Step]] = {}
    for each in found:
        if each.status == "removed" and each.old:
            gone.setdefault(each.old.words, []).append(each.old)
    moved = Counter[str]()
    told: list[Aligned] = []
    for each in found:
        if each.status == "added" and each.new and (places := gone.get(each.new.words)):
            moved[each.new.words] += 1
            told.append(Aligned(status="moved", old=places.pop(0), new=each.new))
        else:
            told.append(each)
    return tuple(each for each in told if not _is_moved_away(each, moved))


def _is_moved_away(each: Aligned, moved: Counter[str]) -> bool:
    if each.status != "removed" or each.old is None or not moved[each.old.words]:
        return False
    moved[each.old.words] -= 1
    return True

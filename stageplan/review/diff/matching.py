"""Which stage of the new file is which of the old one.

A stage keeps its name, or is known by what it does: a name that is gone and a name that is new are one stage
where their instructions are alike.
"""

from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher

from stageplan.graph import Stage, StageGraph

Pairs = Mapping[int, int]
"""For a new stage the old one."""

_ALIKE = 0.6


def match_stages(old: StageGraph, new: StageGraph) -> Pairs:
    """The pairs, by new stage; every stage is in one pair at most."""
    before, after = _Stages(old), _Stages(new)
    pairs: dict[int, int] = {}

    def pair(candidates: Iterator[tuple[int, int]]) -> None:
        taken = set(pairs.values())
        for one, other in candidates:
            if other not in pairs and one not in taken:
                pairs[other] = one
                taken.add(one)

    pair(before.same_names(after))
    pair(before.same_contents(after))
    pair(before.alike(after, pairs))
    return dict(sorted(pairs.items()))


class _Stages:
    """The stages of a file, by their names and by what they do."""

    def __init__(self, graph: StageGraph) -> None:
        self.stages = graph.stages
        self.texts = tuple(tuple(own_texts(stage)) for stage in graph.stages)
        self.names = {stage.name: stage.index for stage in graph.stages if stage.name}

    def same_names(self, other: "_Stages") -> Iterator[tuple[int, int]]:
        for name, index in self.names.items():
            if name in other.names:
                yield index, other.names[name]

    def same_contents(self, other: "_Stages") -> Iterator[tuple[int, int]]:
        """Stages that do something, and the same; then those without a name at the same place."""
        for one, texts in enumerate(self.texts):
            for two, others in enumerate(other.texts):
                if texts and texts == others and self.base(one) == other.base(two):
                    yield one, two
        for one, (stage, same) in enumerate(zip(self.stages, other.stages, strict=False)):
            if stage.name is None and same.name is None:
                yield one, one

    def alike(self, other: "_Stages", pairs: Pairs) -> Iterator[tuple[int, int]]:
        """Stages that share most of what they do, the likest first."""
        free = [index for index in range(len(self.texts)) if index not in pairs.values()]
        others = [index for index in range(len(other.texts)) if index not in pairs]
        found = [
            (-likeness, one, two)
            for one in free
            for two in others
            if (likeness := self._likeness(one, other, two, pairs)) >= _ALIKE
        ]
        yield from ((one, two) for _, one, two in sorted(found))

    def _likeness(self, one: int, other: "_Stages", two: int, pairs: Pairs) -> float:
        """From 0 to 1; where neither does anything, whether both start from the same."""
        mine, theirs = self.texts[one], other.texts[two]
        if not mine and not theirs:
            start, begin = self.stages[one].base_stage, other.stages[two].base_stage
            if begin is not None:
                return float(pairs.get(begin) == start)
            return float(start is None and self.stages[one].base == other.stages[two].base)
        return SequenceMatcher(None, mine, theirs, autojunk=False).ratio()

    def base(self, index: int) -> str:
        """The image that a stage starts from; "" where it starts from a stage."""
        stage = self.stages[index]
        return "" if stage.base_stage is not None else stage.base


def own_texts(stage: Stage) -> Iterator[str]:
    """The instructions of a stage in one way of writing them; of a `--from` the name is left out."""
    for instruction in stage.instructions:
        words = " ".join(instruction.text.split())
        if instruction.copied:
            words = words.replace(f"--from={instruction.copied.name}", "--from", 1)
        yield words


def shared(texts: Sequence[str], others: Sequence[str]) -> int:
    """How many of the texts stand among the others."""
    left = list(others)
    count = 0
    for text in texts:
        if text in left:
            left.remove(text)
            count += 1
    return count

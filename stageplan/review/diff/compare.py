"""From two sides to all that differs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from stageplan.graph import Stage
from stageplan.review.diff.because import because
from stageplan.review.diff.changes import (
    Difference,
    LineChange,
    Reach,
    SettingChange,
    StageChange,
    StepState,
)
from stageplan.review.diff.edges import edge_changes, image_changes, pin_changes, short_digest
from stageplan.review.diff.lines import Aligned, aligned
from stageplan.review.diff.matching import Pairs, match_stages, own_texts, shared
from stageplan.review.diff.side import Side
from stageplan.review.diff.steps import Step, known, stage_steps
from stageplan.review.pictures.scene import Scene, scene_of

_HALF = 0.5


def compare(old: Side, new: Side) -> Difference:
    """What differs; the same for the same sides."""
    return _Comparison(old, new).difference()


class _Comparison:
    """Two sides, their stages paired, and the steps of each."""

    def __init__(self, old: Side, new: Side) -> None:
        both = old.pinned.keys() & new.pinned.keys()  # what one side alone pins is compared by its name
        old, new = (
            replace(side, pinned={ref: side.pinned[ref] for ref in sorted(both)}) for side in (old, new)
        )
        self._old, self._new = old, new
        self._pairs: Pairs = match_stages(old.graph, new.graph)
        self._now = {before: after for after, before in self._pairs.items()}
        self._old_steps = stage_steps(old, lambda index: f"old {index}")
        self._new_steps = stage_steps(
            new, lambda index: f"old {self._pairs[index]}" if index in self._pairs else f"new {index}"
        )
        self._cached, self._cached_if_same = known(self._old_steps, old.needed)
        self._old_scene = scene_of(old.graph, old.targets, old.checks)
        self._new_scene = scene_of(new.graph, new.targets, new.checks)
        self._changing = self._changing_stages()

    def difference(self) -> Difference:
        names = self._old_names()
        stages = tuple(self._stage(stage) for stage in self._new.graph.stages)
        return Difference(
            old=self._old.name,
            new=self._new.name,
            stages=(*stages, *map(self._removed, self._gone())),
            edges=edge_changes(self._old_scene.links, self._new_scene.links, names, self._new_names()),
            images=(
                *image_changes(self._old.graph, self._new.graph, self._pairs, names),
                *pin_changes(self._old.pinned, self._new.pinned, self._new.graph),
            ),
            settings=tuple(_settings(self._old.settings, self._new.settings)),
            order=self._order(self._new, self._new_names()),
            old_order=self._order(self._old, names),
            waves=_wave_count(self._new_scene),
            old_waves=_wave_count(self._old_scene),
            steps=sum(step.is_step for index in self._new.needed for step in self._new_steps[index].steps),
        )

    def _state(self, step: Step, index: int) -> StepState:
        if not step.is_step or index not in self._new.needed:
            return ""
        if step.digest in self._cached:
            return "hit"
        return "may" if step.certain in self._cached_if_same else "runs"

    def _stage(self, stage: Stage) -> StageChange:
        index = stage.index
        before = self._pairs.get(index)
        node = self._new_scene.nodes[index]
        lines = aligned(() if before is None else self._old_steps[before].steps, self._new_steps[index].steps)
        told = tuple(self._line(each, index) for each in lines)
        was = None if before is None else self._old.graph.stages[before]
        base = self._base(self._new, index)
        old_base = base if before is None else self._base(self._old, before)
        is_changed = any(line.status != "same" for line in told) or base != old_base
        old_node = None if before is None else self._old_scene.nodes[before]
        return StageChange(
            name=stage.label,
            old_name=was.label if was is not None and was.name != stage.name else None,
            index=index,
            old_index=before,
            status="added" if was is None else "changed" if is_changed else "same",
            role=node.role,
            old_role=old_node.role if old_node else None,
            base=base,
            old_base=old_base if old_base != base else None,
            wave=node.wave + 1,
            old_wave=old_node.wave + 1 if old_node else None,
            reach=_reach(old_node.is_needed if old_node else None, now=node.is_needed),
            lines=told,
            because=self._because(lines, stage, was),
            origin=self._origin(index) if was is None else "",
        )

    def _line(self, each: Aligned, index: int) -> LineChange:
        step = each.new or each.old
        assert step is not None  # noqa: S101 - an instruction is of one side at least
        return LineChange(
            status=each.status,
            text=step.instruction.text,
            line=each.new.instruction.span.line if each.new else None,
            old_line=each.old.instruction.span.line if each.old else None,
            state=self._state(each.new, index) if each.new else "",
        )

    def _because(self, lines: Sequence[Aligned], stage: Stage, was: Stage | None) -> str:
        """Why the first instruction that runs again does."""
        for each in lines:
            if each.new is not None and self._state(each.new, stage.index) in ("runs", "may"):
                if was is None:
                    return "the stage is new"
                return because(each, base=self._why_base(stage, was), sources=self._changed_sources)
        return ""

    def _why_base(self, stage: Stage, was: Stage) -> str:
        """What is different about what the stage starts from, in words."""
        base, old_base = self._base(self._new, stage.index), self._base(self._old, was.index)
        if base != old_base:
            return f"it starts from {base} instead of {old_base}"
        if stage.effective_platform != was.effective_platform:
            return f"it is built for {stage.effective_platform} instead of {was.effective_platform}"
        pin, old_pin = (
            self._new.pinned.get(stage.base_image or ""),
            self._old.pinned.get(was.base_image or ""),
        )
        if pin and old_pin and pin != old_pin:
            return f"{base} is pinned to {short_digest(pin)} instead of {short_digest(old_pin)}"
        if stage.base_stage in self._changing:
            return f"it starts from {base}, which changes"
        return ""

    def _changed_sources(self, step: Step) -> Iterator[str]:
        for index in dict.fromkeys(step.sources):
            if index in self._changing:
                yield self._new.graph.stages[index].label

    def _changing_stages(self) -> frozenset[int]:
        """The new stages in which something runs again."""
        kept = {self._old_steps[index].digest for index in self._old.needed}
        return frozenset(index for index, stage in enumerate(self._new_steps) if stage.digest not in kept)

    def _removed(self, index: int) -> StageChange:
        node = self._old_scene.nodes[index]
        lines = aligned(self._old_steps[index].steps, ())
        return StageChange(
            name=self._old_names()[index],
            old_name=None,
            index=None,
            old_index=index,
            status="removed",
            role=node.role,
            old_role=node.role,
            base=self._base(self._old, index),
            old_base=None,
            wave=node.wave + 1,
            old_wave=node.wave + 1,
            reach="",
            lines=tuple(self._line(each, index) for each in lines),
            because="",
            origin=self._destination(index),
        )

    def _origin(self, index: int) -> str:
        """The old stage that lost most of what a new stage does, as a sentence, or ""."""
        texts = tuple(own_texts(self._new.graph.stages[index]))
        for after, before in self._pairs.items():
            lost = _lost(self._old.graph.stages[before], self._new.graph.stages[after])
            if texts and shared(texts, lost) > _HALF * len(texts):
                return f"split off from {self._new.graph.stages[after].label}"
        return ""

    def _destination(self, index: int) -> str:
        """The new stage that got most of what a removed one did, as a sentence, or ""."""
        texts = tuple(own_texts(self._old.graph.stages[index]))
        for after, before in self._pairs.items():
            got = _lost(self._new.graph.stages[after], self._old.graph.stages[before])
            if texts and shared(texts, got) > _HALF * len(texts):
                return f"merged into {self._new.graph.stages[after].label}"
        return ""

    def _base(self, side: Side, index: int) -> str:
        """What a stage starts from; a stage by the name that it has now."""
        stage = side.graph.stages[index]
        if stage.replaced_by or stage.base_stage is None:
            return stage.replaced_by or stage.base
        names = self._new_names() if side is self._new else self._old_names()
        return f"stage {names[stage.base_stage]}"

    def _gone(self) -> tuple[int, ...]:
        return tuple(stage.index for stage in self._old.graph.stages if stage.index not in self._now)

    def _new_names(self) -> Mapping[int, str]:
        return {stage.index: stage.label for stage in self._new.graph.stages}

    def _old_names(self) -> Mapping[int, str]:
        """The old stages by the names that they have now."""
        names = self._new_names()
        taken = set(names.values())
        return {
            stage.index: names[self._now[stage.index]]
            if stage.index in self._now
            else f"{stage.label} (before)"
            if stage.label in taken
            else stage.label
            for stage in self._old.graph.stages
        }

    def _order(self, side: Side, names: Mapping[int, str]) -> tuple[str, ...]:
        return tuple(names[index] for index in side.graph.build_order(side.built))


def _lost(before: Stage, after: Stage) -> tuple[str, ...]:
    """The instructions of one stage that another does not have."""
    left = list(own_texts(after))
    lost = []
    for text in own_texts(before):
        if text in left:
            left.remove(text)
        else:
            lost.append(text)
    return tuple(lost)


def _reach(was_needed: bool | None, *, now: bool) -> Reach:
    if was_needed is None or was_needed == now:
        return ""
    return "needed" if now else "unneeded"


def _wave_count(scene: Scene) -> int:
    return len({node.wave for node in scene.nodes if node.is_needed})


def _settings(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[SettingChange]:
    for name in dict.fromkeys((*old, *new)):
        before, after = old.get(name, ""), new.get(name, "")
        if before != after:
            yield SettingChange(name=name, old=before, new=after)

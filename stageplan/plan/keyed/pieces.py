"""The images that a file's stages are kept as, each under a tag that its key makes."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from stageplan.dockerfile.references import parse_reference
from stageplan.graph import ImageUse, StageGraph
from stageplan.keys.digests import digest_of_texts
from stageplan.keys.model import StageKey
from stageplan.keys.stage_keys import artifact_key
from stageplan.plan.keyed.paths import copied_paths
from stageplan.plan.keyed.prefix import can_stand_last, prefix_key, prefix_length
from stageplan.plan.layers import keeps_layers
from stageplan.plan.work import Work

Form = Literal["image", "artifact", "prefix", "marker"]
REPOSITORY = "{cache_image}"
_LAYERS = "layers"  # what buildah makes of a stage is kept apart from what BuildKit makes of it


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptImage:
    """An image of a stage.

    Attributes:
        index: of the stage.
        location: where it lies.
        layers: how many of the last entries of its history are the stage's own.
    """

    index: int
    location: str
    layers: int


class Pieces:
    """What may be kept of each stage.

    - `image`: the whole stage, for who starts from it or mounts it, and for who deploys it;
    - `artifact`: only the paths that other stages copy, where the whole stage is not kept anyway;
    - `prefix`: its first instructions, where nothing else keeps them;
    - `marker`: nothing but the fact that it was built, for a stage that is only run.
    """

    def __init__(self, work: Work, keys: tuple[StageKey, ...]) -> None:
        self.work = work
        self.keys = keys
        self.reached = work.reached
        self._paths = dict[int, tuple[str, ...] | None]()
        self.keeps_layers = keeps_layers(work.engine.kind)

    def is_kept(self, index: int) -> bool:
        """Whether the stage is worth images of its own, and has a key."""
        return index in self.work.built and self.keys[index].digest is not None

    def stands_in(self, index: int) -> bool:
        """Whether an image of the stage can stand in for it in the build of another.

        The builder replaces what a name means wherever it stands. So no other stage may have the stage's
        name, and nothing but its own FROM may mean an image by it. What a cache mount begins with, buildah
        looks for among the stages alone.
        """
        if self.keeps_layers and index in self._begins_caches:
            return False
        return self.is_kept(index) and self.work.graph.stages[index].label not in self._ambiguous

    def paths(self, index: int) -> tuple[str, ...] | None:
        """The paths that an artifact image holds; None where only the whole stage will do."""
        if index not in self._paths:
            self._paths[index] = copied_paths(self.work.graph, index, self.reached)
        return self._paths[index]

    def wants_image(self, index: int) -> bool:
        """Whether the whole stage is kept: it is deployed, started from, mounted, or copied as a whole."""
        return index in self._whole or self.paths(index) is None

    def prefix(self, index: int) -> int | None:
        """How many of its first instructions are kept on their own; none where every layer is."""
        if self.keeps_layers:
            return None
        stage = self.work.stage(index)
        length = None if self.wants_image(index) else prefix_length(stage)
        return length if length and can_stand_last(self.work.graph, stage) else None

    def location(self, index: int, form: Form) -> str:
        """Where the image of a kept stage lies."""
        key = self._key(index, form)
        return f"{REPOSITORY}:{form}-{digest_of_texts(_LAYERS, (key,)) if self.keeps_layers else key}"

    def kept(self) -> Iterator[KeptImage]:
        """Every image that may be there already."""
        for index in sorted(self.reached):
            for form in self._forms(index) if self.is_kept(index) else ():
                yield KeptImage(
                    index=index, location=self.location(index, form), layers=self._layers(index, form)
                )

    def _forms(self, index: int) -> Iterator[Form]:
        """What is kept of a stage."""
        if self.wants_image(index):
            yield "image"
        elif self.paths(index) and self.stands_in(index):
            yield "artifact"
        if index in self.work.checks:
            yield "marker"
        if self.prefix(index) is not None:
            yield "prefix"

    def _layers(self, index: int, form: Form) -> int:
        """How many entries of the image's history the stage makes; ONBUILD makes none."""
        match form:
            case "image" | "prefix":
                own = self.work.stage(index).instructions[: self.prefix(index)]
                return sum(item.keyword != "ONBUILD" for item in own)
            case "artifact":
                return len(self.paths(index) or ())
            case "marker":
                return 1

    def _key(self, index: int, form: Form) -> str:
        key = self.keys[index]
        match form:
            case "image":
                return key.digest or ""
            case "artifact":
                return artifact_key(key, self.paths(index) or ())
            case "marker":
                return digest_of_texts("marker", (key.files or "",))
            case "prefix":
                stage = self.work.stage(index)
                parent = None if stage.base_stage is None else self.keys[stage.base_stage]
                return prefix_key(stage, key, parent, self.prefix(index) or 0)

    @cached_property
    def handed_out(self) -> frozenset[int]:
        """The stages whose layers are in a published image: the targets, and what these start from."""
        found = set[int]()
        for target in self.work.targets:
            at: int | None = target
            while at is not None:
                found.add(at)
                at = self.work.stage(at).base_stage
        return frozenset(found)

    @cached_property
    def _begins_caches(self) -> frozenset[int | None]:
        """The stages whose files cache mounts begin with."""
        return frozenset(
            mount.source.stage
            for index in self.reached
            for instruction in self.work.stage(index).instructions
            for mount in instruction.mounts
            if mount.mount.type == "cache"
        )

    @cached_property
    def _ambiguous(self) -> frozenset[str]:
        """The names of stages that stand for something else, too."""
        graph = self.work.graph
        labels = [stage.label for stage in graph.stages]
        named = {use.ref for use in graph.images_of(self.reached) if not _is_own_base(graph, use)}
        return frozenset(
            label
            for label, times in Counter(labels).items()
            if times > 1 or parse_reference(label).normalized in named
        )

    @cached_property
    def _whole(self) -> frozenset[int]:
        whole = {
            edge.source
            for edge in self.work.graph.dependencies
            if edge.consumer in self.reached and (edge.trigger or edge.kind) != "copy"
        }
        return frozenset(whole.union(self.work.targets))


def _is_own_base(graph: StageGraph, use: ImageUse) -> bool:
    """Whether it is the FROM of the stage that has the image's name, as in `FROM node AS node`."""
    return use.kind == "from" and parse_reference(graph.stages[use.stage].label).normalized == use.ref

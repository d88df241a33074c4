"""Base images that are kept once more, packed so that every build unpacks them faster."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property

from stageplan.dockerfile.references import parse_reference
from stageplan.keys.digests import digest_of_texts
from stageplan.plan.keyed.facts import KeyedFacts
from stageplan.plan.keyed.pieces import REPOSITORY, Pieces
from stageplan.plan.keyed.prefix import can_stand_last


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedBase:
    """A base image that is kept packed anew.

    Attributes:
        location: where it lies.
        stage: index of the first stage that starts from it.
    """

    location: str
    stage: int


class Bases:
    """The images that stages name, by normalized name.

    A base image is kept packed anew where nothing published stands on it: a builder that has a layer packed
    in two ways leaves out the inline cache of what stands on it (BuildKit 0.25).
    """

    def __init__(self, pieces: Pieces, facts: KeyedFacts) -> None:
        self._pieces = pieces
        self._facts = facts

    def named_by(self, index: int) -> Iterator[tuple[str, str]]:
        """Name and digest of the images that a stage names, as its key knows them."""
        for name, digest, _ in self._uses(index):
            if name not in self._labels:
                yield name, digest

    def written(self, name: str, stages: Collection[int]) -> tuple[str, ...]:
        """How the file names an image in some of its stages; buildah takes a name as it stands there."""
        texts = set[str | None]()
        for index in stages:
            stage = self._pieces.work.stage(index)
            texts.add(stage.base if stage.base_image is not None else None)
            for item in stage.instructions:
                texts.add(item.copied.image if item.copied else None)
                texts.update(mount.source.image for mount in item.mounts)
        return tuple(sorted(text for text in texts if text and parse_reference(text).normalized == name))

    @cached_property
    def packed(self) -> dict[str, PackedBase]:
        """The base images that may be kept packed anew."""
        uses = defaultdict[str, set[tuple[str, str]]](set)
        for index in self._pieces.reached:
            for name, digest, platform in self._uses(index):
                uses[name].add((digest, platform))
        found = dict[str, PackedBase]()
        for index in sorted(filter(self._is_worth_it, self._pieces.reached)):
            name = self._pieces.work.stage(index).base_image or ""
            if len(uses[name]) == 1 and name not in self._labels:
                location = f"{REPOSITORY}:base-{digest_of_texts('base', *uses[name])}"
                found.setdefault(name, PackedBase(location=location, stage=index))
        return found

    def _is_worth_it(self, index: int) -> bool:
        """Whether the image that a stage starts from can be kept, and nothing published stands on it."""
        stage, lowest = self._pieces.work.stage(index), self._facts.lowest_layers.get(index)
        if (
            stage.base_image is None
            or stage.base_context
            or any(item.is_trigger for item in stage.instructions)
        ):
            return False
        is_apart = bool(lowest) and self._published.isdisjoint({None, lowest})
        return is_apart and can_stand_last(self._pieces.work.graph, stage)

    @cached_property
    def _published(self) -> frozenset[str | None]:
        """The lowest layers of what is published; None among them where one is not known."""
        return frozenset(self._facts.lowest_layers.get(index) for index in self._pieces.handed_out)

    def _uses(self, index: int) -> Iterator[tuple[str, str, str]]:
        """Name, digest and platform of the images that a stage names."""
        for item in self._facts.keys[index].inputs:
            digest, _, platform = item.value.partition(" ")
            if item.kind in {"base-image", "copied-image"} and digest.startswith("sha256:"):
                yield item.name, digest, platform or self._pieces.work.stage(index).effective_platform

    @cached_property
    def _labels(self) -> frozenset[str]:
        """The names of stages, as names of images."""
        return frozenset(parse_reference(stage.label).normalized for stage in self._pieces.work.graph.stages)

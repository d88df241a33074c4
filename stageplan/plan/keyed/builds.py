"""From the targets back to what is there: which images have to be built, and from which others."""

from collections.abc import Collection, Iterable, Iterator
from typing import Literal

from msgspec import structs

from stageplan.dockerfile.references import parse_reference
from stageplan.plan.engines import copies_manifests, mixes_sources
from stageplan.plan.keyed.ahead import ahead_length
from stageplan.plan.keyed.anew import built_anew, without_cache
from stageplan.plan.keyed.bases import Bases
from stageplan.plan.keyed.by_buildx import base_build, buildx_build, packs_anew
from stageplan.plan.keyed.by_layers import layered_build
from stageplan.plan.keyed.facts import KeyedFacts
from stageplan.plan.keyed.pieces import REPOSITORY, Form, Pieces
from stageplan.plan.keyed.reach import reach
from stageplan.plan.keyed.recipe import Recipe
from stageplan.plan.keyed.stage_names import virtual_stage
from stageplan.plan.keyed.wanted import wanted_forms
from stageplan.plan.layers import keeps_layers
from stageplan.plan.model import Build, Cache, ImageInput, MoveTags, Push, Source, Step
from stageplan.plan.work import Work


class Builds:
    """The steps of a keyed plan; what nothing needs is not built, and what is there is not built again.

    Attributes:
        steps: in an order in which they can run one after the other.
        used: by stage, the images that are there and are taken as they are.
        reasons: by stage, why it is built.
        along: the stages that builds of others make along the way.
        ahead: by stage, how many of its first instructions a build makes ahead.
        pieces: what may be kept of each stage.
    """

    def __init__(self, work: Work, facts: KeyedFacts) -> None:
        self.steps: dict[str, Step] = {}
        self.used: dict[int, dict[str, int]] = {}
        self.reasons: dict[int, str] = {}
        self.along: set[int] = set()
        self.ahead: dict[int, int] = {}
        self._work = work
        self._facts = facts
        self._keeps_layers = keeps_layers(work.engine.kind)
        self.pieces = Pieces(work, facts.keys)
        self._bases = Bases(self.pieces, facts)
        self._anew = built_anew(work, facts)
        self._without_cache = without_cache(work, facts)
        self._made: dict[str, str] = {}  # by location, the step that makes what lies there
        if work.alone:
            for index in work.alone:
                self._keep(index)
            return
        for index in work.targets:
            self._publish(index)
        for index in work.checks:
            self._check(index)
        if work.publishes:
            for index in work.targets:
                self._move_tags(index)

    def _keep(self, index: int) -> None:
        """All that the whole plan takes of a stage is there, where it can be kept for others to find."""
        if self._facts.keys[index].digest is None or not self._work.publishes:
            return
        for form in wanted_forms(self.pieces, index):
            if not self._is_there(index, form):
                self._build(index, form)

    def _publish(self, index: int) -> None:
        """The image of a target is there."""
        if self._facts.keys[index].digest is None:
            self._unkeyed(index, "image")
        elif not self._is_there(index, "image"):
            self._build(index, "image")

    def _check(self, index: int) -> None:
        """A stage that is only run has been run."""
        if self._facts.keys[index].digest is None:
            self._unkeyed(index, "marker")
        elif not self._is_there(index, "marker"):
            self._build(index, "marker")

    def _move_tags(self, index: int) -> None:
        """The tags of a target name its image; those that do already are left alone."""
        work, location = self._work, self.pieces.location(index, "image")
        build = self._made.get(location, self._id(index, "image"))
        present = None if build in self.steps else self._facts.present[location]
        named = self._facts.present
        tags = tuple(
            tag
            for tag in work.tags[index]
            if not (present and tag in named and named[tag].digest == present.digest)
        )
        if not tags:
            return
        name, reason = f"tags:{work.key(index)}", "tags move last, when every build has succeeded"
        needs = tuple(step for step in self.steps if isinstance(self.steps[step], Build))
        made = self.steps.get(build)
        if self._keeps_layers and isinstance(made, Build):
            self.steps[build] = structs.replace(made, tags=(*made.tags, *tags))
            self.steps[name] = Push(id=name, reason=reason, needs=needs, images=tags)
            return
        self.steps[name] = MoveTags(
            id=name,
            reason=reason,
            needs=needs,
            build=None if present else build,
            digest=present.digest if present else None,
            repository=REPOSITORY,
            carbon_copy=copies_manifests(work.engine),
            tags=tags,
        )

    def _is_there(self, index: int, form: Form) -> bool:
        """Whether the image is in the registry, and counts; it is then used as it is."""
        if index in self._anew:
            return False
        location = self.pieces.location(index, form)
        present = self._facts.present.get(location)
        if present is not None:
            self.used.setdefault(index, {})[location] = present.size
        return present is not None

    def _take(self, index: int, form: Form) -> ImageInput | None:
        """An image that stands in for a stage; None where it has to be built along with its consumer."""
        name = self._work.key(index)
        if self._is_there(index, form):
            digest = self._facts.present[self.pieces.location(index, form)].digest
            return ImageInput(name=name, repository=REPOSITORY, digest=digest)
        if self._work.publishes:
            return ImageInput(name=name, repository=REPOSITORY, build=self._build(index, form))
        return None

    def _build(self, index: int, form: Form) -> str:
        """The id of the step that makes an image of a stage."""
        build = self._id(index, form)
        made = self._made.setdefault(self.pieces.location(index, form), build)
        if made != build:
            self.reasons.setdefault(index, f"it is the same as '{made.partition(':')[2]}', which is built")
        if made != build or build in self.steps:
            return made
        kept = form if form != "image" or self.pieces.wants_image(index) else "artifact"
        self.reasons.setdefault(index, self._anew.get(index) or f"its {kept} is not in the registry")
        inputs, inlined = self._inputs(index, form)
        cache = self._cache(index, form)
        needs = list[str]()
        if self._is_missing_prefix(index, form):
            needs.append(self._build(index, "prefix"))
        elif form != "prefix":
            needs += self._make_ahead(index, inputs, cache)
        needs += self._before(index, inlined)
        if form == "marker" and self._keeps_layers and self._work.publishes:
            self._add(index, "run", inputs=inputs, inlined=inlined, cache=cache, needs=needs)
            inputs, inlined, cache, needs = (), frozenset(), None, [self._id(index, "run")]
        tags = tuple(self._tags(index, form, cache))
        self._add(index, form, inputs=inputs, inlined=inlined, cache=cache, needs=needs, tags=tags)
        return build

    def _before(self, index: int, inlined: Collection[int]) -> tuple[str, ...]:
        """The builds that leave in the builder what another makes along the way, where nothing is pushed.

        A build has one cache source. So a stage that has one of its own is built before, by itself.
        """
        if self._work.publishes:
            return ()
        own = [
            at
            for at in sorted(set(inlined) - self._without_cache)
            if at != index and self.pieces.stands_in(at)
        ]
        return tuple(self._build(at, "image") for at in own if self._cache(at, "image") is not None)

    def _make_ahead(self, index: int, inputs: Iterable[ImageInput], cache: Cache | None) -> tuple[str, ...]:
        """The build of a stage's first instructions while others make what the next one needs.

        It has the cache source of the stage's own build, which comes after it.
        """
        work = self._work
        made = {item.name for item in inputs if item.build is not None}
        is_certain = not self._keeps_layers and not mixes_sources(work.engine)
        if index in self._anew or index in self.ahead or not is_certain:
            return ()
        waits_for = [at for at in sorted(work.reached) if work.key(at) in made]
        length = ahead_length(self.pieces, index, waits_for) if waits_for else None
        if length is None:
            return ()
        self.ahead[index] = length
        first, inlined = self._reached({index: length})
        source = None if cache is None else structs.replace(cache, export_options=None)
        self._add(index, "ahead", inputs=first, inlined=inlined, cache=source, needs=())
        return (self._id(index, "ahead"),)

    def _is_missing_prefix(self, index: int, form: Form) -> bool:
        """Whether the image that would be the cache source of a build has to be made first."""
        virtual = form in {"artifact", "marker"}
        if not virtual or self.pieces.prefix(index) is None or not self._work.publishes:
            return False
        return not self._is_there(index, "prefix")

    def _add(
        self,
        index: int,
        form: Form | Literal["ahead", "run"],
        *,
        inputs: tuple[ImageInput, ...],
        inlined: frozenset[int],
        cache: Cache | None,
        needs: Iterable[str],
        tags: tuple[str, ...] = (),
    ) -> None:
        """The steps of a build."""
        work = self._work
        tags = tags if work.publishes else ()
        virtual = form == "ahead" or (form not in {"image", "run"} and bool(tags))
        self.along |= inlined - {index}
        recipe = Recipe(
            id=self._id(index, form),
            index=index,
            form=form,
            target=virtual_stage(form, work.key(index)) if virtual else work.title(index),
            reason=self.reasons[index],
            needs=tuple(needs),
            stand_ins=inputs,
            images=tuple(self._images(inlined)),
            stages=inlined,
            cache=cache,
            tags=tags,
        )
        if self._keeps_layers:
            steps = tuple(layered_build(work, recipe, self._without_cache))
            self.steps |= {step.id: step for step in steps}
        else:
            self.steps[recipe.id] = buildx_build(self.pieces, recipe, self._without_cache)

    def _tags(self, index: int, form: Form, cache: Cache | None) -> Iterator[str]:
        """Where an image lies: under its key, and where it is the newest of its stage, there too."""
        yield self.pieces.location(index, form)
        if cache is not None and cache.type == "inline" and form in {"image", "prefix"}:
            yield cache.location

    def _images(self, stages: Collection[int]) -> Iterator[ImageInput]:
        """What stands in for the images that stages name: a tag may move between plan and build."""
        named = {name: digest for index in stages for name, digest in self._bases.named_by(index)}
        for name in sorted(named):
            base, reference = self._bases.packed.get(name), parse_reference(name)
            pinned = ImageInput(name=name, repository=reference.name, digest=named[name])
            present = self._facts.present.get(base.location) if base else None
            if self._keeps_layers:
                written = self._bases.written(name, stages)
                yield from (structs.replace(pinned, name=text) for text in written if "@" not in text)
            elif present is not None:
                yield structs.replace(pinned, repository=REPOSITORY, digest=present.digest)
            elif base and packs_anew(self._work):
                build = base_build(self._work, base, pinned)
                self.steps[build.id] = build
                yield ImageInput(name=name, repository=REPOSITORY, build=build.id)
            elif reference.digest is None:
                yield pinned

    def _unkeyed(self, index: int, form: Form) -> None:
        """A stage that has no key is built each time, with a cache of BuildKit's own."""
        work = self._work
        self.reasons[index] = f"it has no key: {self._facts.keys[index].unkeyed}"
        inputs, inlined = self._inputs(index, form)
        location = f"{REPOSITORY}:{{scope}}__{work.part(index)}"
        export = (("mode", "max"), ("ignore-error", "true"))
        self._add(
            index,
            form,
            inputs=inputs,
            inlined=inlined,
            cache=Cache(
                type="registry", location=location, export_options=None if work.options.read_only else export
            ),
            needs=self._before(index, inlined),
            tags=(f"{REPOSITORY}:{{scope}}__image__{work.part(index)}",) if form == "image" else (),
        )

    def _cache(self, index: int, form: Form) -> Cache | None:
        """The one cache source: the image of the first instructions, or the newest earlier image.

        Else the image that the stage starts from. It holds nothing more; but where one of two builds that go
        on from the same image has no source, the other misses what its own has. None where layers are kept.
        """
        if self._keeps_layers:
            return None
        is_whole = form == "prefix" or (form == "image" and self.pieces.wants_image(index))
        if not is_whole and self.pieces.prefix(index) is None:
            base = None if self.pieces.wants_image(index) else self._work.stage(index).base_stage
            return None if base is None or not self._is_there(base, "image") else self._kept(base, "image")
        if not is_whole and (self._work.publishes or self._is_there(index, "prefix")):
            return self._kept(index, "prefix")
        return Cache(
            type="inline",
            location=f"{REPOSITORY}:{{scope}}__keyed__{self._work.part(index)}",
            export_options=() if self._work.publishes else None,
        )

    def _kept(self, index: int, form: Form) -> Cache:
        """An image of a stage as a cache source."""
        source = Source(asked=True, scope=self._work.options.scope)
        return Cache(type="registry", location=self.pieces.location(index, form), source=source)

    def _inputs(self, index: int, form: Form) -> tuple[tuple[ImageInput, ...], frozenset[int]]:
        """What stands in for other stages in a build, and the stages that it builds itself."""
        virtual = form in {"artifact", "marker"}
        if virtual and self.pieces.stands_in(index) and self.pieces.wants_image(index):
            image = self._take(index, "image")
            if image is not None:
                return (image,), frozenset()
        return self._reached({index: self.pieces.prefix(index) if form == "prefix" else None})

    def _reached(self, limits: dict[int, int | None]) -> tuple[tuple[ImageInput, ...], frozenset[int]]:
        """What stands in for other stages in a build of these, and the stages that it builds itself."""
        while True:
            inlined, wanted = reach(self.pieces, limits)
            found = {source: self._take(source, wanted[source]) for source in sorted(wanted)}
            refused = [source for source, taken in found.items() if taken is None]
            if not refused:
                return tuple(taken for taken in found.values() if taken is not None), inlined
            limits |= dict.fromkeys(refused)

    def _id(self, index: int, form: str) -> str:
        return f"{form}:{self._work.key(index)}"

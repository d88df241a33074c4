"""The sequence that all of BuildKit's cache backends share: one build a stage, one cache source a build.

With two cache sources BuildKit hits at random, so a build imports one at most. What an earlier build of the
plan ran is found in the builder's own cache. What an earlier build hit is not: it must be in the build's own
cache source, or unpacked, or the builder makes it again.
"""

from collections.abc import Callable, Iterator, Sequence

import msgspec

from stageplan.plan.engines import copies_manifests, mixes_sources, pushes_unstored
from stageplan.plan.model import Build, Cache, MoveTags, Output, Step
from stageplan.plan.no_cache import names_without_cache
from stageplan.plan.scope import slug
from stageplan.plan.work import Work

CacheOf = Callable[[Work, int], Cache | None]
ImagesOf = Callable[[Work, int], tuple[str, ...]]


def no_images(work: Work, index: int) -> tuple[str, ...]:  # noqa: ARG001
    """No stage images: what a stage leaves is its cache alone."""
    return ()


def buildkit_steps(work: Work, *, cache_of: CacheOf, images_of: ImagesOf = no_images) -> tuple[Step, ...]:
    """One build for each built stage, and the move of the tags where it cannot be part of the last build.

    Args:
        cache_of: the cache of a stage.
        images_of: locations of the image that a stage leaves besides the tags of a target.
    """
    tags_last = work.publishes and (work.options.one_of_several or not _last_build_publishes_all(work))
    consumers = _consumers(work)
    builds = [
        _build(
            work,
            index,
            cache_of(work, index),
            images_of(work, index),
            consumers=consumers.get(index, ()),
            tags_last=tags_last,
        )
        for index in work.built
    ]
    builds = [step for build in builds for step in _fetched_first(build)]
    if not tags_last:
        return tuple(builds)
    pushed = {build.index: build for build in builds if build.output == "push"}
    moves = [
        MoveTags(
            id=f"tags:{work.key(index)}",
            reason="tags move last, when every build has succeeded",
            needs=tuple(build.id for build in builds),
            build=pushed[index].id,
            repository=pushed[index].tags[0].rpartition(":")[0],
            carbon_copy=copies_manifests(work.engine),
            tags=work.tags[index],
        )
        for index in work.targets
    ]
    return (*builds, *moves)


def _last_build_publishes_all(work: Work) -> bool:
    """Whether the one target needs all other builds, so that its own push moves the tags last."""
    if len(work.targets) != 1:
        return False
    (target,) = work.targets
    needed = work.graph.reached_from({target})
    return all(index in needed for index in work.built)


def _id(work: Work, index: int) -> str:
    return f"build:{work.key(index)}"


def _consumers(work: Work) -> dict[int, list[int]]:
    """By built stage, the built stages that need it, in build order."""
    found: dict[int, list[int]] = {}
    for consumer in work.built:
        for index in work.needs(consumer):
            found.setdefault(index, []).append(consumer)
    return found


def _build(
    work: Work,
    index: int,
    cache: Cache | None,
    images: tuple[str, ...],
    *,
    consumers: Sequence[int],
    tags_last: bool,
) -> Build:
    is_target = index in work.targets
    tags = images
    if is_target and tags_last:
        tags = images or (f"{work.repositories[index]}:{{scope}}__next{_platform_part(work)}",)
    elif is_target and (work.local or work.publishes):
        tags = (*images, *work.tags[index])
    output = _output(work, tags)
    unpack = bool(consumers) and mixes_sources(work.engine)
    asks = cache is not None and not cache.source.asked and output != "load" and not unpack
    stages = tuple(sorted(work.graph.reached_from({index})))
    return Build(
        id=_id(work, index),
        reason=work.decisions[index].reason,
        needs=tuple(_id(work, source) for source in work.needs(index)),
        stage=work.title(index),
        index=index,
        stages=stages,
        target=work.target_flag(index),
        output=output,
        store=not pushes_unstored(work.engine),
        unpack=unpack,
        converts=True if work.engine.has_own_buildkit and consumers else msgspec.UNSET,
        unpack_for=tuple(_id(work, other) for other in consumers) if asks else (),
        wants_digest=is_target and tags_last,
        tags=tags,
        build_args=work.build_args,
        cache=cache,
        no_cache=names_without_cache(work.graph, work.no_cache, work.reached, stages),
    )


def _platform_part(work: Work) -> str:
    """What tells the images of several platforms apart until their index is made."""
    platform = work.options.platform
    return f"__{slug(platform.replace('/', '-'))}" if work.options.one_of_several and platform else ""


def _fetched_first(build: Build) -> Iterator[Build]:
    """The build; before it one that leaves its layers in the builder, where no push can do both.

    A BuildKit of its own pushes what it has not fetched, and converts only for an output that is not kept.
    """
    if build.output != "push" or build.converts is msgspec.UNSET or build.cache is None:
        yield build
        return
    fetch = msgspec.structs.replace(
        build,
        id=f"fetch:{build.id.partition(':')[2]}",
        reason="what needs it takes its layers from the builder",
        output="cacheonly",
        tags=(),
        wants_digest=False,
        cache=msgspec.structs.replace(build.cache, export_options=None),
    )
    yield fetch
    yield msgspec.structs.replace(
        build, needs=(*build.needs, fetch.id), unpack=False, unpack_for=(), converts=msgspec.UNSET
    )


def _output(work: Work, tags: tuple[str, ...]) -> Output:
    if not tags:
        return "cacheonly"
    return "load" if work.local else "push"

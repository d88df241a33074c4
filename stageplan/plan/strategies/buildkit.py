"""The sequence that all of BuildKit's cache backends share: one build a stage, one cache source a build.

With two cache sources BuildKit hits at random, so a build imports one at most, and what an earlier build
of the plan made is found in the builder's own cache.
"""

from collections.abc import Callable

from stageplan.plan.model import Build, Cache, MoveTags, Output, Step
from stageplan.plan.strategies.base import Work
from stageplan.plan.strategies.engines import pushes_unstored

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
    at_once = len(work.built) == 1 or _last_build_publishes_all(work)
    builds = [_build(work, index, cache_of(work, index), images_of(work, index), at_once=at_once) for index in work.built]
    if at_once or not work.publishes:
        return tuple(builds)
    every_build = tuple(build.id for build in builds)
    moves = [
        MoveTags(
            id=f"tags:{work.title(index)}",
            reason="tags move last, when every build has succeeded",
            needs=every_build,
            build=_id(work, index),
            repository=work.repositories[index],
            tags=work.tags[index],
        )
        for index in work.targets
    ]
    return (*builds, *moves)


def _last_build_publishes_all(work: Work) -> bool:
    """Whether the one target is built last and needs all other builds, so that its push moves the tags last."""
    if len(work.targets) != 1:
        return False
    (target,) = work.targets
    needed = work.graph.reached_from({target})
    return all(index in needed for index in work.built)


def _id(work: Work, index: int) -> str:
    return f"build:{work.title(index)}"


def _build(work: Work, index: int, cache: Cache | None, images: tuple[str, ...], *, at_once: bool) -> Build:
    is_target = index in work.targets
    output = _output(work, is_target=is_target, images=images, at_once=at_once)
    if output == "push":
        tags = images + (work.tags[index] if is_target and at_once else ())
    elif output == "push-by-digest":
        tags = (work.repositories[index],)
    elif output == "load":
        tags = work.tags[index]
    else:
        tags = ()
    return Build(
        id=_id(work, index),
        reason=work.decisions[index].reason,
        needs=tuple(_id(work, source) for source in work.needs(index)),
        stage=work.title(index),
        index=index,
        target=work.target_flag(index),
        output=output,
        store=not (output in {"push", "push-by-digest"} and pushes_unstored(work.engine)),
        tags=tags,
        build_args=work.build_args,
        cache=cache,
    )


def _output(work: Work, *, is_target: bool, images: tuple[str, ...], at_once: bool) -> Output:
    if work.local:
        return "load" if is_target else "cacheonly"
    if not work.publishes:
        return "cacheonly"
    if images or (is_target and at_once):
        return "push"
    return "push-by-digest" if is_target else "cacheonly"

"""`pack`: what buildpacks keep, in one cache image for each scope.

pack reads and writes one cache image, and has no second to look in: where the scope has none, that of the
first fallback scope is copied before, a manifest within the registry. pack wants to write what it reads, so a
build that may not write gets a copy in a registry that is thrown away. A cache that could not be written is
only a warning of pack's, so somebody looks afterwards.
"""

import msgspec

from stageplan.plan.facts import EngineFacts
from stageplan.plan.loopback import is_loopback
from stageplan.plan.model import Build, Cache, Restore, Source, Step
from stageplan.plan.options import PlanOptions
from stageplan.plan.strategies.base import Strategy, of_steps
from stageplan.plan.work import Work

PROJECT = b"FROM scratch AS app\n"  # what a folder without Dockerfile is to the planner: one image
_CACHE = "{cache_image}:{scope}"
_SCRATCH_IMAGE = "app"
_SCRATCH_CACHE = "cache"


def _steps(work: Work) -> tuple[Step, ...]:
    options = work.options
    (index,) = work.targets
    scratch = options.scratch_registry if options.read_only else None
    cache = f"{scratch}/{_SCRATCH_CACHE}:{{scope}}" if scratch else _CACHE
    seed = Restore(
        id="seed:cache",
        reason="pack looks in one cache image, and it has to be one that it may write",
        how="copy",
        index=None,
        location=_CACHE,
        into=cache,
    )
    build = Build(
        id="build:app",
        reason="buildpacks make the image in one build",
        needs=(seed.id,),
        stage=work.title(index),
        index=index,
        stages=(index,),
        target=None,
        builder="pack",
        output="push",
        tags=(f"{scratch}/{_SCRATCH_IMAGE}:{{scope}}",) if scratch else work.tags[index],
        cache=Cache(
            type="pack",
            location=cache,
            source=Source(asked=True, scope=options.scope),
            export_options=(),
        ),
        no_cache=("*",) if work.no_cache else (),
    )
    if not scratch:
        return seed, build
    return (
        seed,
        _image_seed(index, build.tags[0]),
        msgspec.structs.replace(build, needs=(seed.id, "seed:image")),
    )


def _image_seed(index: int, into: str) -> Restore:
    """The copy of the earlier image: what the cache keeps of a layer counts only beside the layer's image."""
    return Restore(
        id="seed:image",
        reason="pack takes a layer out of the cache only if the earlier image has it",
        how="copy",
        index=index,
        location="{image}:{scope}",
        into=into,
    )


def _refuses(engine: EngineFacts, options: PlanOptions) -> str | None:
    if options.pack_builder is None:
        return "there is no --pack-builder, the image with the buildpacks"
    if options.image is None:
        return "pack keeps a cache image only of what it publishes, and there is no --image"
    if options.cache_image == options.image:
        return f"'{options.image}' is also the --cache-image, and the cache would take the image's place"
    if options.read_only and options.scratch_registry is None:
        return "pack has to write the cache image that it reads: a read-only build needs a --scratch-registry"
    unknown = _first_unknown(options)
    if unknown is not None:
        return f"pack has no {unknown}"
    return _needs_this_machine(engine, options)


def _first_unknown(options: PlanOptions) -> str | None:
    """An option that means something to a Dockerfile alone."""
    given = (
        ("--target", options.targets),
        ("--check", options.checks),
        ("--build-context", options.build_contexts),
        ("--secret", options.secrets),
        ("--ssh", options.ssh),
        ("--builder: its builder image is --pack-builder", options.builder),
        ("--no-cache for one stage", [name for name in options.no_cache if name != "all"]),
    )
    return next((name for name, value in given if value), None)


def _needs_this_machine(engine: EngineFacts, options: PlanOptions) -> str | None:
    """Why a registry of this machine is out of reach of the engine, whose network the build is in."""
    if not engine.elsewhere:
        return None
    places = [options.image, options.cache_image, options.scratch_registry if options.read_only else None]
    here = next((place for place in places if place and is_loopback(place)), None)
    return None if here is None else f"'{here}' is on this machine, and the docker engine is on another"


STRATEGY = Strategy(
    name="pack",
    summary="what buildpacks keep, in one cache image for each scope",
    backend=None,
    store="cache_image",
    builder="pack",
    engines=("pack",),
    parents_only=False,
    refuses=_refuses,
    draft=of_steps(_steps),
)

"""`buildah`: the layers of all branches in one repository, each under the key of what it is made of.

buildah and podman look for every step by its key: what the step does, what it copies, and what lies below
it. A key that two branches share is one tag, so there are no scopes to look through, and no cache source to
choose. Each layer is pushed as soon as it is made.

The key holds the moment when the layers below were made. Builds that find each other's layers share all of
them; two that begin at the same moment with nothing make two lines of layers, of which one is found later.
`--cache-option source-date-epoch=0` (buildah 1.41) gives all layers one moment. `timestamp=0` does so too,
but to the files in them as well, and what compares times then believes that nothing has changed: make, cargo.
"""

from stageplan.plan.engines import needs_layers
from stageplan.plan.facts import EngineFacts
from stageplan.plan.model import Build, Cache, Push, Source, Step
from stageplan.plan.no_cache import names_without_cache
from stageplan.plan.options import PlanOptions
from stageplan.plan.strategies.base import Strategy
from stageplan.plan.work import Work


def _steps(work: Work) -> tuple[Step, ...]:
    builds = tuple(_build(work, index) for index in work.built)
    if not work.publishes:
        return builds
    push = Push(
        id="push:tags",
        reason="tags move last, when every build has succeeded",
        needs=tuple(build.id for build in builds),
        images=tuple(tag for index in work.targets for tag in work.tags[index]),
    )
    return (*builds, push)


def _build(work: Work, index: int) -> Build:
    tags = work.tags[index] if index in work.targets and (work.local or work.publishes) else ()
    stages = tuple(sorted(work.graph.reached_from({index})))
    return Build(
        id=_id(work, index),
        reason=work.decisions[index].reason,
        needs=tuple(_id(work, source) for source in work.needs(index)),
        stage=work.title(index),
        index=index,
        stages=stages,
        target=work.target_flag(index),
        builder="buildah",
        output="load" if tags else "cacheonly",
        tags=tags,
        build_args=work.build_args,
        cache=_cache(work),
        no_cache=names_without_cache(work.graph, work.no_cache, work.reached, stages),
    )


def _id(work: Work, index: int) -> str:
    return f"build:{work.key(index)}"


def _cache(work: Work) -> Cache | None:
    options = work.options
    if not _keeps(options):
        return None
    return Cache(
        type="layers",
        location="{cache_image}",
        source=Source(asked=True, scope=options.scope),
        import_options=work.backend.on_import,
        export_options=None if options.read_only else (),
    )


def _keeps(options: PlanOptions) -> bool:
    """Whether there is a repository for layers."""
    return options.image is not None or options.cache_image is not None


def _refuses(engine: EngineFacts, options: PlanOptions) -> str | None:
    if options.cache_options and not _keeps(options):
        return "there is no --image and no --cache-image, so --cache-option is for nothing"
    if options.builder is not None:
        return f"{engine.kind} has no --builder"
    if any(name != "all" for name in options.no_cache):
        return f"{engine.kind} can leave the cache of all stages, and not of one: --no-cache all"
    unnamed = next(
        (name for name in (options.image, options.cache_image) if name and not _names_host(name)), None
    )
    if unnamed is not None:
        return f"'{unnamed}' names no registry, and {engine.kind} would take it for an image of this machine"
    return needs_layers(engine, dict(options.cache_options))


def _names_host(repository: str) -> bool:
    host, slash, _ = repository.partition("/")
    return bool(slash) and ("." in host or ":" in host or host == "localhost")


STRATEGY = Strategy(
    name="buildah",
    summary="the layers of all branches in one repository, each under the key of what it is made of",
    backend="layers",
    store="cache_image",
    builder="buildah",
    engines=("buildah", "podman"),
    parents_only=False,
    refuses=_refuses,
    steps=_steps,
)

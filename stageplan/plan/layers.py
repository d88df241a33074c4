"""The repository in which buildah and podman find the layers of all branches, each under its key."""

from collections.abc import Collection, Iterable

from stageplan.plan.engines import needs_layers
from stageplan.plan.facts import EngineFacts
from stageplan.plan.model import Cache, Engine, Source
from stageplan.plan.no_cache import EVERY_STAGE
from stageplan.plan.options import PlanOptions
from stageplan.plan.work import Work


def keeps_layers(engine: Engine) -> bool:
    """Whether the engine looks for every layer by its key, so that no cache source has to be chosen."""
    return engine in {"buildah", "podman"}


def layers(work: Work, stages: Collection[int]) -> Cache | None:
    """The repository as the cache of a build; None where there is none, or where it would not do.

    Args:
        stages: all that the build comes to.
    """
    options = work.options
    if not has_repository(options) or mounts_files(work, stages):
        return None
    return Cache(
        type="layers",
        location="{cache_image}",
        source=Source(asked=True, scope=options.scope),
        import_options=work.backend.on_import,
        export_options=None if options.read_only else (),
    )


def without_layers(work: Work, stages: Collection[int], anew: Collection[int]) -> tuple[str, ...]:
    """Every stage, where a build must not look for layers: none of one stage alone can be left out.

    Args:
        stages: all that the build comes to.
        anew: the stages that are built without the cache.
    """
    is_anew = mounts_files(work, stages) or not set(anew).isdisjoint(stages)
    return (EVERY_STAGE,) if is_anew else ()


def mounts_files(work: Work, stages: Iterable[int]) -> bool:
    """Whether a RUN of the stages sees files that are in no layer below it.

    They are not in the key of its layer. So buildah takes the layer although they have changed, and gets what
    is mounted of a stage wrong where that is a hit (1.28: found by trial; buildah#4375, #6609).
    """
    return any(
        mount.reads_context or (mount.reads_source and mount.mount.from_)
        for index in stages
        for instruction in work.stage(index).instructions
        for mount in instruction.mounts
    )


def has_repository(options: PlanOptions) -> bool:
    """Whether there is a repository for layers."""
    return options.image is not None or options.cache_image is not None


def refuses_layers(engine: EngineFacts, options: PlanOptions) -> str | None:
    """Why buildah or podman cannot keep layers as the options want it, or None."""
    if options.builder is not None:
        return f"{engine.kind} has no --builder"
    unnamed = next(
        (name for name in (options.image, options.cache_image) if name and not _names_host(name)), None
    )
    if unnamed is not None:
        return f"'{unnamed}' names no registry, and {engine.kind} would take it for an image of this machine"
    return needs_layers(engine, dict(options.cache_options))


def _names_host(repository: str) -> bool:
    host, slash, _ = repository.partition("/")
    return bool(slash) and ("." in host or ":" in host or host == "localhost")

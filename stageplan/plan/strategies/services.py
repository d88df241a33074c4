"""`gha`, `s3`, `azblob`: BuildKit's caches in a service, one name per stage.

Nobody can see before the build which names such a service holds, so the cache source is not probed: it is
the scope's own; for a build that never writes, whose own name cannot exist, it is the first fallback's.
"""

from collections.abc import Callable
from typing import Literal

from stageplan.plan.engines import needs_cache_export, needs_own_buildkit
from stageplan.plan.facts import EngineFacts
from stageplan.plan.model import Cache, Source
from stageplan.plan.strategies.base import Strategy, of_steps
from stageplan.plan.strategies.buildkit import CacheOf, buildkit_steps
from stageplan.plan.strategies.registry import export_options
from stageplan.plan.work import Work


def _source(work: Work) -> Source:
    options = work.options
    if options.read_only and options.fallback_scopes:
        return Source(asked=True, scope=options.fallback_scopes[0])
    return Source(asked=True, scope=options.scope)


def _cache_named(service: Literal["gha", "s3", "azblob"]) -> CacheOf:
    def cache(work: Work, index: int) -> Cache:
        return Cache(
            type=service,
            location=f"{{scope}}__{work.part(index)}",
            source=_source(work),
            import_options=work.backend.on_import,
            export_options=export_options(work, index),
        )

    return cache


def _strategy(
    service: Literal["gha", "s3", "azblob"], summary: str, refuses: Callable[[EngineFacts], str | None]
) -> Strategy:
    return Strategy(
        name=service,
        summary=summary,
        backend=service,
        store="service",
        parents_only=False,
        refuses=lambda engine, _: refuses(engine),
        draft=of_steps(lambda work: buildkit_steps(work, cache_of=_cache_named(service))),
    )


GHA = _strategy("gha", "BuildKit caches in the cache service of GitHub Actions", needs_cache_export)
S3 = _strategy("s3", "BuildKit caches in an S3 bucket", needs_own_buildkit)
AZBLOB = _strategy("azblob", "BuildKit caches in Azure's blob storage", needs_own_buildkit)

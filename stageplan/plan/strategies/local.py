"""`local`: one BuildKit cache folder per stage."""

from stageplan.plan.engines import needs_cache_export
from stageplan.plan.model import Cache
from stageplan.plan.strategies.base import Strategy, of_steps
from stageplan.plan.strategies.buildkit import buildkit_steps
from stageplan.plan.strategies.registry import export_options
from stageplan.plan.work import Work


def _cache(work: Work, index: int) -> Cache:
    return Cache(
        type="local",
        location=f"{{cache_dir}}/{{scope}}/{work.part(index)}",
        import_options=work.backend.on_import,
        export_options=export_options(work, index),
    )


STRATEGY = Strategy(
    name="local",
    summary="one BuildKit cache folder per stage",
    backend="local",
    store="cache_dir",
    parents_only=False,
    refuses=lambda engine, _: needs_cache_export(engine),
    draft=of_steps(lambda work: buildkit_steps(work, cache_of=_cache)),
)

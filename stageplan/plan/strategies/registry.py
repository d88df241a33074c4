"""`registry`: one BuildKit cache ref per stage, beside the image."""

from stageplan.plan.engines import needs_cache_export
from stageplan.plan.model import Cache
from stageplan.plan.strategies.base import Strategy, of_steps
from stageplan.plan.strategies.buildkit import buildkit_steps
from stageplan.plan.work import Work


def export_options(work: Work, index: int) -> tuple[tuple[str, str], ...] | None:
    """The options of a cache export; None where nothing may be written.

    `min` holds the layers of a stage and of those it starts from, and that is all such a stage needs. One
    that copies from other stages exports `max`: a stage that hit in a build of its own leaves no layers in
    the builder, only the promise to fetch them from that build's cache source. A cache that cannot be
    written costs the next build time, never this build its result: `ignore-error`.
    """
    if work.options.read_only:
        return None
    chosen = {"mode": "max" if work.copies_stages(index) else "min", "ignore-error": "true"}
    return tuple((chosen | dict(work.backend.on_export)).items())


def _cache(work: Work, index: int) -> Cache:
    return Cache(
        type="registry",
        location=f"{{cache_image}}:{{scope}}__{work.part(index)}",
        import_options=work.backend.on_import,
        export_options=export_options(work, index),
    )


STRATEGY = Strategy(
    name="registry",
    summary="one BuildKit cache ref per stage, beside the image",
    backend="registry",
    store="cache_image",
    parents_only=False,
    refuses=lambda engine, _: needs_cache_export(engine),
    draft=of_steps(lambda work: buildkit_steps(work, cache_of=_cache)),
)

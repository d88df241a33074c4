"""`inline`: stage images that carry BuildKit's inline cache.

Inline caches are `min`: an image holds the layers of its stage and of those it starts from. So every stage
with layers that nobody starts from has an image of its own.
"""

from stageplan.plan.engines import needs_buildx
from stageplan.plan.facts import EngineFacts
from stageplan.plan.model import Cache
from stageplan.plan.options import PlanOptions
from stageplan.plan.strategies.base import Strategy, of_steps
from stageplan.plan.strategies.buildkit import buildkit_steps
from stageplan.plan.work import Work


def _image(work: Work, index: int) -> str:
    return f"{{cache_image}}:{{scope}}__inline__{work.part(index)}"


def _images(work: Work, index: int) -> tuple[str, ...]:
    return (_image(work, index),) if work.publishes else ()


def _cache(work: Work, index: int) -> Cache:
    return Cache(
        type="inline",
        location=_image(work, index),
        export_options=() if work.publishes else None,
    )


def _refuses(engine: EngineFacts, options: PlanOptions) -> str | None:
    if options.image is None:
        return "inline caches lie in pushed images, and there is no --image"
    return needs_buildx(engine)


STRATEGY = Strategy(
    name="inline",
    summary="stage images that carry BuildKit's inline cache",
    backend="inline",
    store="cache_image",
    parents_only=True,
    refuses=_refuses,
    draft=of_steps(lambda work: buildkit_steps(work, cache_of=_cache, images_of=_images)),
)

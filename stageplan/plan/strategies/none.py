"""`none`: nothing is kept but what the engine itself remembers."""

from stageplan.plan.engines import needs_buildx
from stageplan.plan.strategies.base import Strategy, of_steps
from stageplan.plan.strategies.buildkit import buildkit_steps

STRATEGY = Strategy(
    name="none",
    summary="nothing but what the engine itself remembers",
    backend=None,
    store="service",
    parents_only=False,
    refuses=lambda engine, _: needs_buildx(engine),
    draft=of_steps(lambda work: buildkit_steps(work, cache_of=lambda *_: None)),
)

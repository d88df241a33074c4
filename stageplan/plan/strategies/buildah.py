"""`buildah`: the layers of all branches in one repository, each under the key of what it is made of.

buildah and podman look for every step by its key: what the step does, what it copies, and what lies below
it. A key that two branches share is one tag, so there are no scopes to look through, and no cache source to
choose. Each layer is pushed as soon as it is made.

The key holds the moment when the layers below were made. Builds that find each other's layers share all of
them; two that begin at the same moment with nothing make two lines of layers, of which one is found later.
`--cache-option source-date-epoch=0` (buildah 1.41) gives all layers one moment. `timestamp=0` does so too,
but to the files in them as well, and what compares times then believes that nothing has changed: make, cargo.
"""

from stageplan.plan.facts import EngineFacts
from stageplan.plan.layers import has_repository, layers, refuses_layers, without_layers
from stageplan.plan.model import Build, Push, Step
from stageplan.plan.options import PlanOptions
from stageplan.plan.strategies.base import Strategy, of_steps
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
        cache=layers(work, stages),
        no_cache=without_layers(work, stages, work.no_cache),
    )


def _id(work: Work, index: int) -> str:
    return f"build:{work.key(index)}"


def _refuses(engine: EngineFacts, options: PlanOptions) -> str | None:
    if options.cache_options and not has_repository(options):
        return "there is no --image and no --cache-image, so --cache-option is for nothing"
    if any(name != "all" for name in options.no_cache):
        return f"{engine.kind} can leave the cache of all stages, and not of one: --no-cache all"
    return refuses_layers(engine, options)


STRATEGY = Strategy(
    name="buildah",
    summary="the layers of all branches in one repository, each under the key of what it is made of",
    backend="layers",
    store="cache_image",
    builder="buildah",
    engines=("buildah", "podman"),
    parents_only=False,
    refuses=_refuses,
    draft=of_steps(_steps),
)

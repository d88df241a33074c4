"""`kaniko`: the layers of all branches in one repository, for builds inside a container of a cluster.

kaniko looks for each instruction by its key, as buildah does, and pushes it as soon as it is made. It unpacks
every stage into its own container, so a stage gets no build of its own: one build for each target and check.
"""

from msgspec.structs import replace

from stageplan.plan.facts import EngineFacts
from stageplan.plan.model import Build, Cache, Source, StageDecision, Step
from stageplan.plan.options import PlanOptions
from stageplan.plan.strategies.base import Draft, Strategy
from stageplan.plan.work import Work


def _steps(work: Work) -> tuple[Step, ...]:
    found: list[Build] = []
    for index in _wanted(work):
        found.append(_build(work, index, needs=tuple(build.id for build in found[-1:])))
    return tuple(found)


def _wanted(work: Work) -> tuple[int, ...]:
    """The checks, then the targets: an image is pushed as soon as it is built."""
    return (*work.checks, *(index for index in work.built if index in work.targets))


def _build(work: Work, index: int, *, needs: tuple[str, ...]) -> Build:
    tags = work.tags[index] if index in work.targets else ()
    return Build(
        id=f"build:{work.key(index)}",
        reason=work.decisions[index].reason,
        needs=needs,
        stage=work.title(index),
        index=index,
        stages=tuple(sorted(work.graph.reached_from({index}))),
        target=work.target_flag(index),
        builder="kaniko",
        output="push" if tags else "cacheonly",
        tags=tags,
        build_args=work.build_args,
        cache=Cache(
            type="layers",
            location="{cache_image}",
            source=Source(asked=True, scope=work.options.scope),
            import_options=work.backend.on_import,
            export_options=None if work.options.read_only else (),
        ),
    )


def _decisions(work: Work) -> tuple[StageDecision, ...]:
    """A stage that is neither target nor check is built within them."""
    wanted = _wanted(work)
    return tuple(
        replace(decision, action="fold", reason="kaniko builds it within its targets")
        if decision.action == "build" and decision.index not in wanted
        else decision
        for decision in work.decisions
    )


def _refuses(engine: EngineFacts, options: PlanOptions) -> str | None:
    if options.image is None:
        return f"{engine.kind} keeps no image on a machine, and there is no --image"
    for flag, given in (
        ("--build-context", options.build_contexts),
        ("--secret", options.secrets),
        ("--ssh", options.ssh),
        ("--builder", options.builder),
        ("--no-cache", options.no_cache),
        ("--cache-option but cache-ttl", [key for key, _ in options.cache_options if key != "cache-ttl"]),
    ):
        if given:
            return f"{engine.kind} has no {flag}"
    return None


STRATEGY = Strategy(
    name="kaniko",
    summary="the layers of all branches in one repository, made inside a container",
    backend="layers",
    store="cache_image",
    builder="kaniko",
    engines=("kaniko",),
    parents_only=False,
    refuses=_refuses,
    draft=lambda work: Draft(steps=_steps(work), decisions=_decisions(work)),
)

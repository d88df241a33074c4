"""From a stage graph, options and what the engine can do to a plan; the same inputs give the same plan."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import NamedTuple

import msgspec

from stageplan.dockerfile.problems import excerpts_of
from stageplan.errors import UsageError
from stageplan.graph import StageGraph
from stageplan.keys.record import stage_records
from stageplan.plan.alone import stages_alone
from stageplan.plan.backends import BackendOptions, check_options
from stageplan.plan.choice import choose
from stageplan.plan.facts import EngineFacts
from stageplan.plan.folding import decide
from stageplan.plan.images import check_image, image_tags, repositories
from stageplan.plan.keyed.facts import KeyedFacts
from stageplan.plan.layers import keeps_layers, mounts_files
from stageplan.plan.model import VERSION, BuildArg, Inputs, Parameters, Plan
from stageplan.plan.no_cache import stages_without_cache
from stageplan.plan.options import PlanOptions
from stageplan.plan.strategies.base import Strategy
from stageplan.plan.strategies.keyed import KEYED
from stageplan.plan.validation import check_plan
from stageplan.plan.work import Work
from stageplan.stages.classic import check_classic, classic_stages, classic_target


class Prepared(NamedTuple):
    """A strategy, why it was chosen, and what it is given."""

    strategy: Strategy
    reason: str
    work: Work


def make_plan(
    graph: StageGraph,
    options: PlanOptions,
    engine: EngineFacts,
    keyed: KeyedFacts | None = None,
) -> Plan:
    """One build per stage that is worth one, with its cache source still to be asked for.

    Args:
        graph: of the Dockerfile, resolved with the build arguments, contexts and platform of the options.
        engine: what the engine can do; unreachable: the plan is made for any.
        keyed: keys of the stages, and what is in the registry; the strategy `keyed` needs them.

    Raises:
        UsageError: an option is wrong, or the strategy cannot run here.
        DockerfileError: there is no such target.
    """
    return plan_prepared(prepare(graph, options, engine, keyed))


def plan_prepared(prepared: Prepared) -> Plan:
    """The plan of a strategy that was chosen, with what it is given."""
    strategy, reason, work = prepared
    options, draft = work.options, strategy.draft(work)
    plan = Plan(
        version=VERSION,
        strategy=strategy.name,
        strategy_reason=reason,
        split=options.split,
        targets=tuple(work.title(index) for index in work.targets),
        checks=tuple(work.title(index) for index in work.checks),
        inputs=_inputs(work, draft.derived),
        parameters=parameters_of(options, strategy),
        stages=draft.decisions,
        steps=draft.steps,
        warnings=tuple(_warnings(work, strategy)),
        alone=tuple(map(work.title, work.alone)) or msgspec.UNSET,
        keys=msgspec.UNSET if work.keyed is None else stage_records(work.graph.stages, work.keyed.keys),
    )
    check_plan(plan)
    return plan


def prepare(
    graph: StageGraph,
    options: PlanOptions,
    engine: EngineFacts,
    keyed: KeyedFacts | None = None,
) -> Prepared:
    """The strategy, and all questions answered that do not depend on it.

    Raises:
        UsageError: an option is wrong, or the strategy cannot run here.
        DockerfileError: there is no such target.
    """
    choice = choose(options, engine)
    _check_age(options, choice.strategy)
    check_image(options)
    _check_load(options, engine)
    classic = choice.strategy.builder == "classic"
    stage_of = partial(_stage_of, graph, classic=classic)
    targets = tuple(map(stage_of, options.targets)) or (graph.target,)
    checks = tuple(map(stage_of, options.checks))
    _check_targets(graph, options, targets, checks)
    if classic:
        _check_classic(graph, options, max(targets + checks))
    work = _work(graph, options, engine, choice.strategy, targets, checks)
    return Prepared(choice.strategy, choice.reason, replace(work, keyed=keyed))


def _check_load(options: PlanOptions, engine: EngineFacts) -> None:
    """Refuses an image that could neither be pushed nor loaded."""
    if options.image is None and engine.is_missing:
        raise UsageError(
            "nowhere-to-load",
            f"builder '{engine.builder}' has no docker engine beside it to load the image into",
            hint="name an --image, which is pushed",
        )


def _check_age(options: PlanOptions, strategy: Strategy) -> None:
    """Refuses an age where nothing has one."""
    if options.max_age is not None and strategy.name != KEYED:
        raise UsageError(
            "max-age-strategy",
            f"strategy '{strategy.name}' cannot tell how old a stage is, and --max-age is given",
            hint="leave it out, or take --strategy keyed",
        )


def _stage_of(graph: StageGraph, name: str, *, classic: bool) -> int:
    """The index of the stage that the builder takes for a target's name."""
    stage = graph.find(name)
    return classic_target(graph.stages, name) if classic else stage.index


def _check_classic(graph: StageGraph, options: PlanOptions, last: int) -> None:
    """Refuses what the classic builder cannot build, in every stage up to the last one that is wanted."""
    build_args = {arg.name: arg.value or "" for arg in options.build_args}
    with excerpts_of(lambda: graph.dockerfile.text):
        check_classic(graph.dockerfile, graph.stages, build_args, last)
    graph.check(classic_stages(last))


def _check_targets(
    graph: StageGraph, options: PlanOptions, targets: tuple[int, ...], checks: tuple[int, ...]
) -> None:
    if len(targets) > 1 and graph.uses_targetstage:
        raise UsageError(
            "targetstage-targets",
            "a FROM reads TARGETSTAGE, so the graph differs from target to target",
            hint="plan one --target at a time",
        )
    both = sorted(set(targets) & set(checks))
    if both:
        name = graph.stages[both[0]].name
        raise UsageError(
            "target-and-check", f"'{name}' is a --target and a --check", hint="a target is built in any case"
        )
    named = options.images or options.image is None or "{target}" in options.image
    if len(targets) > 1 and not named:
        raise UsageError(
            "image-for-targets",
            f"'--image {options.image}' names one image for {len(targets)} targets",
            hint=f"put {{target}} into it: --image {options.image}-{{target}}",
        )


def _work(
    graph: StageGraph,
    options: PlanOptions,
    engine: EngineFacts,
    strategy: Strategy,
    targets: tuple[int, ...],
    checks: tuple[int, ...],
) -> Work:
    wanted = {*targets, *checks}
    classic = strategy.builder == "classic"
    reached = frozenset(classic_stages(max(wanted))) if classic else graph.reached_from(wanted)
    decisions = decide(
        graph,
        targets=targets,
        checks=checks,
        reached=reached,
        split=options.split,
        parents_only=strategy.parents_only,
        stage_of=partial(_stage_of, graph, classic=classic),
    )
    built = {decision.index for decision in decisions if decision.action == "build"}
    order = tuple(range(len(graph.stages))) if classic else graph.build_order(wanted)
    backend = BackendOptions(on_import=(), on_export=())
    if strategy.backend is not None:
        backend = check_options(strategy.backend, options.cache_options)
    elif options.cache_options:
        key = options.cache_options[0][0]
        raise UsageError(
            "cache-option-unknown",
            f"strategy '{strategy.name}' takes no cache options, and '{key}' is given",
            hint="leave out --cache-option",
        )
    return Work(
        graph=graph,
        options=options,
        engine=engine,
        decisions=decisions,
        built=dict.fromkeys(index for index in order if index in built),
        targets=targets,
        checks=checks,
        reached=reached,
        tags={index: image_tags(options, graph.stages[index]) for index in targets},
        repositories=repositories(options, graph, targets),
        build_args=_pinned(graph, options),
        backend=backend,
        no_cache=stages_without_cache(graph, options.no_cache, reached),
        alone=stages_alone(
            graph, options.stages, decisions, strategy=strategy.name, keeps=strategy.name == KEYED
        ),
    )


def _pinned(graph: StageGraph, options: PlanOptions) -> tuple[BuildArg, ...]:
    """TARGETSTAGE as the user's target sets it, where a FROM reads it: the plan's targets would change it."""
    if not graph.uses_targetstage or any(arg.name == "TARGETSTAGE" for arg in options.build_args):
        return ()
    return (BuildArg(name="TARGETSTAGE", value=graph.targetstage),)


def _inputs(work: Work, derived: str | None) -> Inputs:
    options, engine = work.options, work.engine
    return Inputs(
        context=options.context,
        dockerfile=options.dockerfile,
        dockerfile_digest=work.graph.dockerfile.digest,
        build_args=options.build_args,
        build_contexts=options.build_contexts,
        secrets=options.secrets,
        ssh=options.ssh,
        platform=options.platform,
        builder=options.builder,
        derived=derived,
        engine=engine.kind,
        pack_builder=options.pack_builder if engine.kind == "pack" else None,
        ignore_file=(options.ignore_file if keeps_layers(engine.kind) else None) or msgspec.UNSET,
    )


def parameters_of(options: PlanOptions, strategy: Strategy) -> Parameters:
    """What a script's environment may change, as the options have it."""
    store: Mapping[str, str | None] = {
        "cache_image": options.cache_image or cache_image_of(options.image),
        "cache_dir": options.cache_dir,
    }
    kept_in = strategy.store
    return Parameters(
        image=options.image,
        cache_image=store["cache_image"] if kept_in == "cache_image" else None,
        cache_dir=store["cache_dir"] if kept_in == "cache_dir" else None,
        scope=options.scope,
        fallback_scopes=tuple(
            scope for scope in dict.fromkeys(options.fallback_scopes) if scope != options.scope
        ),
        read_only=options.read_only,
    )


def cache_image_of(image: str | None) -> str | None:
    """The repository for caches beside an image: `<image>-cache`, without the `{target}`."""
    if image is None:
        return None
    return image.replace("{target}", "").rstrip("-_./") + "-cache"


def _warnings(work: Work, strategy: Strategy) -> Iterator[str]:
    if strategy.backend == "inline" and work.engine.has_own_buildkit:
        yield "a BuildKit of its own may run finished stages again with 'inline', and not with 'registry'"
    if strategy.backend == "layers":
        for index in work.built:
            if mounts_files(work, work.graph.reached_from({index})):
                reason = "a layer's key does not hold what a RUN mounts; strategy 'keyed' keeps whole stages"
                yield f"'{work.title(index)}' is built without the cache: {reason}"
    if strategy.builder == "classic":
        for decision in work.decisions:
            if decision.action == "fold" and "no name" in decision.reason:
                yield f"the classic builder runs '{decision.name}' each time: it has no name to keep it by"

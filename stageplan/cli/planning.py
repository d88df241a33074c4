"""From a command line to a plan: read the file, resolve its stages, plan, ask for cache sources."""

import dataclasses
import os
import platform as machine
from collections.abc import Iterator
from pathlib import Path

import msgspec

from stageplan.cli.base_images import graph_with_images
from stageplan.cli.request import Given, Request, build_options, plan_options, platforms_of, read_request
from stageplan.dockerfile.reader import read_dockerfile
from stageplan.errors import UnreachableError, UsageError
from stageplan.graph import StageGraph, build_graph
from stageplan.plan.cache_access import layer_repository, without_cache, without_exports
from stageplan.plan.document import check_fits, decode_plan
from stageplan.plan.facts import EngineFacts
from stageplan.plan.model import Engine, Plan
from stageplan.plan.planner import make_plan
from stageplan.plan.platforms import PlatformPlan, check_platforms, joined
from stageplan.plan.sources import candidates, with_sources
from stageplan.plan.strategies import STRATEGIES
from stageplan.plan.strategies.base import Strategy
from stageplan.plan.strategies.keyed import KEYED
from stageplan.plan.strategies.pack import PROJECT
from stageplan.stages.options import BuildOptions
from stageplan.system.files import read_bytes
from stageplan.system.tree import own_ignore_file, read_ignore_file

_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm/v7"}
AT_A_GLANCE = 2.0
_FOR_A_PLAN = 10.0
NOT_ASKED = EngineFacts(reachable=False, reason="not asked")


def read_graph(
    request: Request, engine: EngineFacts = NOT_ASKED, *, seconds: float | None = AT_A_GLANCE
) -> StageGraph:
    """The stages of a request's Dockerfile.

    Args:
        engine: what is known of it; its platform is the one to build for.
        seconds: how long it may take to ask what base images bring along; None: nobody is asked.

    Raises:
        UsageError: it cannot be read.
        DockerfileError: the build would refuse it.
    """
    dockerfile = read_dockerfile(read_bytes(request.dockerfile), str(request.dockerfile))
    options = build_options(request, platform=native_platform(engine))
    graph = build_graph(dockerfile, options)
    named = [graph.find(name).index for name in (*request.chosen("targets"), *request.chosen("checks"))]
    graph = graph_with_images(dockerfile, graph, options, (graph.target, *named), seconds=seconds)
    graph.check(named)
    return graph


def plan_of(context: str, given: Given, *, offline: bool = False, needs_engine: bool = False) -> Plan:
    """The plan that a command line means: of a plan file, or made from options; no source is asked for.

    Args:
        context: the build context, or the path of a plan file.
        given: the options.
        offline: the engine is not asked.
        needs_engine: the plan is to be carried out here.

    Raises:
        UsageError: an option or the plan file is wrong.
        DockerfileError: the build would refuse the Dockerfile.
        UnreachableError: the engine is needed and does not answer.
    """
    if is_plan_file(context):
        plan = _read_plan(Path(context), given)
        engine = engine_of_plan(plan) if needs_engine else NOT_ASKED
    else:
        request = read_request(context, given)
        engine = engine_for(request, offline=offline)
        plan = planned(request, engine, offline=offline)
    if needs_engine:
        require(engine, STRATEGIES[plan.strategy])
    return plan


def engine_for(request: Request, *, offline: bool) -> EngineFacts:
    """What is known of the engine that builds; what is taken for granted where nobody asks."""
    return _not_asked(request) if offline else ask_engine(request)


def planned(request: Request, engine: EngineFacts, *, offline: bool) -> Plan:
    """The plan that the options ask for, with what to warn of."""
    plan = _made_plan(request, engine, offline=offline)
    return msgspec.structs.replace(plan, warnings=(*plan.warnings, *_context_warnings(plan, request)))


def _made_plan(request: Request, engine: EngineFacts, *, offline: bool) -> Plan:
    """The plan that the options ask for."""
    options = plan_options(request)
    platforms = platforms_of(request)
    check_platforms(platforms, engine.kind if engine.kind == "pack" else options.strategy, options.image)
    if len(platforms) > 1:
        return joined([_platform_plan(request, engine, platform, offline=offline) for platform in platforms])
    if options.strategy == KEYED:
        from stageplan.cli.keyed import keyed_plan

        return keyed_plan(request, options, engine, platform=native_platform(engine), offline=offline)
    if engine.kind == "pack":
        graph = build_graph(read_dockerfile(PROJECT, options.context), BuildOptions())
        return make_plan(graph, dataclasses.replace(options, dockerfile=""), engine)
    return make_plan(_graph_for_a_plan(request, engine, offline=offline), options, engine)


def _platform_plan(request: Request, engine: EngineFacts, platform: str, *, offline: bool) -> PlatformPlan:
    """The plan for one platform of several."""
    one = dataclasses.replace(request, given={**request.given, "platform": platform})
    options = dataclasses.replace(plan_options(one), one_of_several=True)
    graph = _graph_for_a_plan(one, engine, offline=offline)
    return PlatformPlan(platform=platform, graph=graph, plan=make_plan(graph, options, engine))


def _graph_for_a_plan(request: Request, engine: EngineFacts, *, offline: bool) -> StageGraph:
    return read_graph(request, engine, seconds=None if offline else _FOR_A_PLAN)


def _context_warnings(plan: Plan, request: Request) -> Iterator[str]:
    """What a COPY of the whole context would copy, and should not."""
    own = own_ignore_file(request.dockerfile)
    if STRATEGIES[plan.strategy].builder == "classic" and own.is_file():
        yield f"the classic builder passes over '{own}': it reads the .dockerignore of the context alone"
    folder = plan.parameters.cache_dir
    context = Path(request.context)
    if folder is None or not context.is_dir():
        return
    inside = os.path.relpath(folder, context)
    if not inside.startswith("..") and not read_ignore_file(context, request.dockerfile).excludes(inside):
        reason = "a COPY of the whole context would copy the cache, and miss"
        yield f"add '{inside}' to the .dockerignore: {reason}"


def require(engine: EngineFacts, strategy: Strategy) -> None:
    """Nothing, where the engine answers and has what the strategy's builder needs."""
    if engine.kind == "kaniko":
        raise UsageError(
            "kaniko-run",
            "kaniko runs only inside its own image, so nothing can be run from here",
            hint="write the plan down with: stageplan script --engine kaniko",
        )
    if not engine.reachable and engine.kind != "docker":
        raise UnreachableError(
            "no-engine",
            engine.reason or f"{engine.kind} does not answer",
            hint=f"install {engine.kind}, or name another --engine",
        )
    if not engine.reachable:
        reason = engine.reason or "the docker engine does not answer"
        raise UnreachableError("engine-down", reason, hint="start docker, or set DOCKER_HOST")
    if engine.kind == "docker" and engine.buildx_version is None and strategy.builder == "buildx":
        raise UnreachableError("no-buildx", "docker has no buildx", hint="install docker's buildx plugin")


def is_plan_file(context: str) -> bool:
    """Whether the argument names a plan instead of a build context."""
    return context.endswith(".json") and not Path(context).is_dir()


def ask_sources(plan: Plan) -> Plan:
    """The plan with the cache source of each step, as the registry or the disk has them now.

    Raises:
        UnreachableError: the registry does not answer, or refuses.
    """
    plan = _reach_layers(plan)
    places = {place for found in candidates(plan).values() for place in found}
    if not places:
        return plan
    from stageplan.system.cache_layers import disk_layers, registry_layers

    if plan.parameters.cache_image is not None:
        return with_sources(plan, registry_layers(sorted(places)).__getitem__)
    return with_sources(plan, disk_layers)


def refuse_options(path: str, given: Given) -> None:
    """Nothing, where a plan file is given alone.

    Raises:
        UsageError: an option is given besides.
    """
    extra = sorted(name for name, value in given.items() if value not in (None, (), False))
    if extra:
        option = extra[0].replace("_", "-")
        raise UsageError(
            "plan-and-options",
            f"'{path}' is a plan, and '{option}' is given besides",
            hint="a plan is carried out as it stands; give the option when you plan",
        )


def _read_plan(path: Path, given: Given) -> Plan:
    refuse_options(str(path), given)
    plan = decode_plan(read_bytes(path), path=str(path))
    if plan.inputs.engine == "pack":
        return plan
    dockerfile = Path(plan.inputs.dockerfile)
    digest = read_dockerfile(read_bytes(dockerfile), str(dockerfile)).digest
    check_fits(plan, digest, path=str(path))
    return plan


def ask_engine(request: Request) -> EngineFacts:
    """What is known of the program that builds: the one that is asked for, else the first that answers.

    Raises:
        UsageError: there is no engine, or no builder, of that name.
    """
    from stageplan.system.engine_choice import choose_engine

    return choose_engine(
        request.chosen("engine"), builder=request.chosen("builder"), able=_able(request.chosen("strategy"))
    )


def _able(strategy: str | None) -> tuple[Engine, ...]:
    """The engines that a strategy can use; none where none is named."""
    return STRATEGIES[strategy].engines if strategy in STRATEGIES else ()


def _not_asked(request: Request) -> EngineFacts:
    """What is taken for granted where nobody asks."""
    from stageplan.system.engine_choice import check_engine

    named = check_engine(request.chosen("engine"))
    able = _able(request.chosen("strategy")) or ("docker",)
    return dataclasses.replace(NOT_ASKED, kind=named or able[0])


def engine_of_plan(plan: Plan) -> EngineFacts:
    """What is known of the engine, and of the builder, that a plan names."""
    from stageplan.system.engine_choice import choose_engine

    return choose_engine(plan.inputs.engine, builder=plan.inputs.builder)


def _reach_layers(plan: Plan) -> Plan:
    """The plan without what the registry of its layers does not let it do: a build would end there.

    Raises:
        UnreachableError: the registry does not answer, and the image is to be pushed to it.
    """
    repository = layer_repository(plan)
    if repository is None:
        return plan
    from stageplan.system.registry import Registry, locate

    try:
        writable = plan.parameters.read_only or Registry().can_write(repository)
    except UnreachableError as error:
        image = plan.parameters.image
        if (
            image is not None
            and not plan.parameters.read_only
            and locate(image)[0].host == locate(repository)[0].host
        ):
            raise
        return without_cache(plan, error.message)
    return plan if writable else without_exports(plan, f"'{repository}' may not be written")


def native_platform(engine: EngineFacts = NOT_ASKED) -> str:
    """The engine's own platform; that of this machine where the engine does not say."""
    if engine.os and engine.architecture:
        return f"{engine.os}/{engine.architecture}"
    return f"linux/{_ARCHITECTURES.get(machine.machine(), machine.machine())}"

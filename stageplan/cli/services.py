"""From a compose or bake file to the plans of its services."""

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from stageplan.cli.planning import (
    NOT_ASKED,
    ask_sources,
    engine_for,
    engine_of_plan,
    planned,
    read_graph,
    refuse_options,
    require,
)
from stageplan.cli.request import Given, Request, plan_options, read_request
from stageplan.dockerfile.reader import read_dockerfile
from stageplan.dockerfile.references import parse_reference
from stageplan.errors import UsageError
from stageplan.plan.document import check_fits
from stageplan.plan.facts import EngineFacts
from stageplan.plan.planner import cache_image_of
from stageplan.plan.scope import slug
from stageplan.plan.services.checks import check_images, check_strategy
from stageplan.plan.services.document import ServicePlan, ServicePlans, decode_plans
from stageplan.plan.services.groups import Group, Resolved, UsedImage, grouped
from stageplan.plan.services.names import Names, image_names
from stageplan.plan.services.service import Service, read_services
from stageplan.plan.strategies import STRATEGIES
from stageplan.settings.file import Settings
from stageplan.system.bake_print import printed_bake
from stageplan.system.files import read_bytes
from stageplan.system.process import Processes

_COMPOSE = (".yaml", ".yml")
_OF_THE_FILE: Mapping[str, str] = {
    "file": "file",
    "targets": "target",
    "checks": "check",
    "build_args": "build-arg",
    "build_contexts": "build-context",
    "platform": "platform",
    "image": "image",
    "tags": "tag",
    "secrets": "secret",
    "ssh": "ssh",
    "no_cache": "no-cache",
    "stages": "stage",
    "max_age": "max-age",
}
"""Options that each service has of its own, in the file."""


def names_services(context: str) -> bool:
    """Whether the argument is a compose file, a bake file, or a file of plans that were made of one."""
    path = Path(context)
    if path.is_dir() or "://" in context:
        return False
    return path.suffix in (*_COMPOSE, ".hcl") or bool(_keys(path) & {"target", "services"})


def service_plans(
    file: str, given: Given, *, offline: bool = False, needs_engine: bool = False
) -> ServicePlans:
    """The plans of all services of a file, in the order in which they are carried out.

    Args:
        file: path of the compose or bake file, or of plans made of one.
        given: the options.
        offline: the engine is not asked.
        needs_engine: the plans are to be carried out here.

    Raises:
        UsageError: an option or the file is wrong, or no plan can be made for what it asks.
        DockerfileError: the build would refuse a Dockerfile.
        UnreachableError: the engine is needed and does not answer.
    """
    data = read_bytes(Path(file))
    if "services" in _keys(Path(file)):
        refuse_options(file, given)
        plans = _kept(data, file)
        engine = engine_of_plan(plans.services[0].plan) if needs_engine else NOT_ASKED
    else:
        _refuse_inputs(file, given)
        request = _without_inputs(read_request(".", given))
        check_strategy(request.chosen("strategy") or "auto")
        engine = engine_for(request, offline=offline)
        plans = _planned(file, request, engine, offline=offline)
    if needs_engine:
        for service in plans.services:
            require(engine, STRATEGIES[service.plan.strategy])
    return plans


def ask_all(plans: ServicePlans) -> ServicePlans:
    """The plans with the cache source of each step, as registries and the disk have them now.

    Raises:
        UnreachableError: a registry does not answer, or refuses.
    """
    services = (
        msgspec.structs.replace(service, plan=ask_sources(service.plan)) for service in plans.services
    )
    return msgspec.structs.replace(plans, services=tuple(services))


def _kept(data: bytes, file: str) -> ServicePlans:
    """The plans of a file, where their Dockerfiles are still what they were."""
    plans = decode_plans(data, path=file)
    for service in plans.services:
        dockerfile = service.plan.inputs.dockerfile
        digest = read_dockerfile(read_bytes(Path(dockerfile)), dockerfile).digest
        check_fits(service.plan, digest, path=file)
    return plans


def _planned(file: str, request: Request, engine: EngineFacts, *, offline: bool) -> ServicePlans:
    """The plans, made.

    Raises:
        UsageError: the engine is not docker's, or cannot build what the file asks.
    """
    if engine.kind != "docker":
        raise UsageError(
            "services-engine",
            f"'{file}' is built by docker's buildx, and the engine is {engine.kind}",
            hint="take --engine docker, or plan each Dockerfile by itself",
        )
    services = _services(file)
    project = Path(file).resolve().parent.name
    names = image_names(services, project=project, read_only=plan_options(request).read_only)
    groups = grouped([_resolved(service, services, names, request) for service in services])
    used = frozenset(use.service for group in groups for use in group.uses)
    check_images(used, engine, names)
    return ServicePlans(
        services=tuple(
            _service_plan(group, request, engine, names, used, offline=offline) for group in groups
        )
    )


def _services(file: str) -> tuple[Service, ...]:
    """The services; paths in a compose file start from its folder, in a bake file from the current one."""
    path = Path(file)
    folder, name = (path.parent, path.name) if path.suffix in _COMPOSE else (Path(), file)
    data = printed_bake(name, folder, Processes())
    return read_services(data, path=file, folder=str(folder))


def _resolved(
    service: Service, services: Sequence[Service], names: Mapping[str, Names], request: Request
) -> Resolved:
    """The service with the images of others that its target looks up."""
    links = tuple(UsedImage(name=name, service=other) for name, other in service.links)
    graph = read_graph(_request(request, service, links, names), seconds=None)
    owners: dict[str, str] = {}
    for other in services:
        if other.name != service.name:
            for image in other.images:
                owners.setdefault(_normalized(image), other.name)
    own = {_normalized(image) for image in service.images}
    looked_up = sorted({use.ref for use in graph.images_of((graph.target,))} - own)
    named = tuple(UsedImage(name=ref, service=owners[ref]) for ref in looked_up if ref in owners)
    stage = graph.stages[graph.target]
    return Resolved(service=service, stage=stage.index, stage_name=stage.name, uses=(*links, *named))


def _service_plan(
    group: Group,
    request: Request,
    engine: EngineFacts,
    names: Mapping[str, Names],
    used: frozenset[str],
    *,
    offline: bool,
) -> ServicePlan:
    first = group.first
    pushes = names[first.name].pushed
    images = {member.stage: _all_names(member.service.name, names, used) for member in group.members}
    repository = first.images[0].rpartition(":")[0] if first.is_pushed else None
    cache_image = request.chosen("cache_image") or cache_image_of(repository)
    strategy = request.chosen("strategy")
    if first.is_pushed and strategy in (None, "auto") and not pushes:
        strategy = "registry"
    one = _request(request, first, group.uses, names)
    given = {
        **one.given,
        "targets": tuple(member.stage_name for member in group.members if member.stage_name is not None),
        "image": repository if pushes else None,
        "images": images,
        "cache_image": cache_image and f"{cache_image}-{slug(first.name)}",
        "cache_dir": str(Path(request.chosen("cache_dir") or ".stageplan/cache") / slug(first.name)),
        "strategy": strategy,
    }
    plan = planned(dataclasses.replace(one, given=given), engine, offline=offline)
    check_strategy(plan.strategy)
    warnings = (text for member in group.members for text in member.service.warnings())
    return ServicePlan(
        names=group.names,
        takes=tuple(sorted({use.service for use in group.uses})),
        plan=msgspec.structs.replace(plan, warnings=(*plan.warnings, *warnings)),
    )


def _all_names(service: str, names: Mapping[str, Names], used: frozenset[str]) -> tuple[str, ...]:
    """What the image of a service is called: as it is taken, too, where another takes it."""
    found = names[service]
    return tuple(dict.fromkeys((*found.images, found.address))) if service in used else found.images


def _request(
    request: Request, service: Service, uses: Sequence[UsedImage], names: Mapping[str, Names]
) -> Request:
    """The request for one service, with a context for each image that it takes, called as it is or not.

    An image that is only named in a FROM is what the engine holds of that name, were it years old; that of
    a context is asked for in the registry.
    """
    taken = tuple(f"{use.name}=docker-image://{names[use.service].address}" for use in uses)
    given = {
        **request.given,
        "targets": () if service.target is None else (service.target,),
        "build_args": service.build_args,
        "build_contexts": (*service.contexts, *taken),
        "secrets": service.secrets,
        "ssh": service.ssh,
        "platform": service.platform,
    }
    return dataclasses.replace(
        request, context=service.context, dockerfile=Path(service.dockerfile), given=given
    )


def _without_inputs(request: Request) -> Request:
    """The request with the settings that are for all services alone."""
    nothing = {name: getattr(Settings(), name) for name in _OF_THE_FILE if name in Settings.__slots__}
    return dataclasses.replace(request, settings=dataclasses.replace(request.settings, **nothing))


def _refuse_inputs(file: str, given: Given) -> None:
    for name, option in _OF_THE_FILE.items():
        if given.get(name) not in (None, (), False):
            raise UsageError(
                "services-option",
                f"'{file}' says it of each service, and --{option} is given besides",
                hint="change the file; variables in it are taken from the environment",
            )


def _normalized(image: str) -> str:
    return parse_reference(image).normalized


def _keys(path: Path) -> set[str]:
    """The keys of a JSON file; none where it is no such file."""
    if path.suffix != ".json" or not path.is_file():
        return set()
    try:
        found = msgspec.json.decode(path.read_bytes())
    except msgspec.DecodeError:
        return set()
    return set(found) if isinstance(found, dict) else set()

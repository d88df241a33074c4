"""A keyed plan: keys of the stages, then one look at the registry, then the plan."""

from collections.abc import Iterable

import msgspec

from stageplan.cli.keys import moved_warnings, request_keys
from stageplan.cli.request import Request
from stageplan.plan.facts import EngineFacts
from stageplan.plan.keyed.facts import KeyedFacts, Present
from stageplan.plan.locations import resolve, values_of
from stageplan.plan.model import Plan
from stageplan.plan.options import PlanOptions
from stageplan.plan.planner import make_plan, parameters_of, prepare
from stageplan.plan.strategies.keyed import locations
from stageplan.system.present_images import present_images


def keyed_plan(
    request: Request, options: PlanOptions, engine: EngineFacts, *, platform: str, offline: bool
) -> Plan:
    """The plan of the strategy `keyed`; offline, nothing counts as being in the registry.

    Raises:
        UsageError: an option or a file is wrong.
        DockerfileError: the build would refuse the Dockerfile.
        UnreachableError: the registry does not answer, or refuses.
    """
    keyed = request_keys(request, platform=platform, offline=offline, mirrors=engine.mirrors)
    facts = KeyedFacts(keys=keyed.keys)
    if not offline:
        strategy, _, work = prepare(keyed.graph.dockerfile, keyed.graph, options, engine, facts)
        values = values_of(parameters_of(options, strategy))
        facts = KeyedFacts(keys=keyed.keys, present=_present(locations(work), values))
    plan = make_plan(keyed.graph.dockerfile, keyed.graph, options, engine, facts)
    warnings = (*plan.warnings, *moved_warnings(keyed.images.moved))
    return msgspec.structs.replace(plan, warnings=warnings)


def _present(places: Iterable[str], values: dict[str, str]) -> dict[str, Present]:
    """What is in the registry, by location."""
    refs = {place: resolve(place, values) for place in places}
    found = present_images(refs.values())
    return {
        place: Present(digest=image.digest, size=image.size)
        for place, ref in refs.items()
        if (image := found[ref]) is not None
    }

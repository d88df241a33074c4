"""A keyed plan: keys of the stages, then one look at the registry, then the plan."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from stageplan.cli.keys import Keyed, base_of, moved_warnings, request_keys
from stageplan.cli.request import Request
from stageplan.errors import UsageError
from stageplan.plan.facts import EngineFacts
from stageplan.plan.keyed.facts import KeyedFacts, Present
from stageplan.plan.layers import keeps_layers
from stageplan.plan.locations import resolve, values_of
from stageplan.plan.model import Plan
from stageplan.plan.options import PlanOptions
from stageplan.plan.planner import parameters_of, plan_prepared, prepare
from stageplan.plan.strategies.keyed import kept_images, locations
from stageplan.plan.work import Work
from stageplan.system.present_images import made_at, present_images


def keyed_plan(
    request: Request, options: PlanOptions, engine: EngineFacts, *, platform: str, offline: bool
) -> Plan:
    """The plan of the strategy `keyed`; offline, nothing counts as being in the registry.

    Raises:
        UsageError: an option or a file is wrong.
        DockerfileError: the build would refuse the Dockerfile.
        UnreachableError: the registry does not answer, or refuses.
    """
    if keeps_layers(engine.kind):
        _refuse_other_ignore_file(options)
    keyed = request_keys(request, platform=platform, offline=offline, mirrors=engine.mirrors)
    facts = facts_of_keys(keyed)
    prepared = prepare(keyed.graph, options, engine, facts)
    if not offline:
        values = values_of(parameters_of(options, prepared.strategy))
        facts = _asked(prepared.work, values, facts)
        prepared = prepared._replace(work=replace(prepared.work, keyed=facts))
    plan = plan_prepared(prepared)
    warnings = (*plan.warnings, *moved_warnings(keyed.images.moved))
    return msgspec.structs.replace(plan, warnings=warnings)


def _refuse_other_ignore_file(options: PlanOptions) -> None:
    """Refuses a file that buildah reads in place of the one by which the keys are made.

    Raises:
        UsageError: there is one (`containerignore`).
    """
    other = Path(options.context, ".containerignore")
    if options.ignore_file is None and other.is_file():
        raise UsageError(
            "containerignore",
            f"buildah reads '{other}', and a key is made by the .dockerignore",
            hint="name it .dockerignore, which buildah reads, too",
        )


def facts_of_keys(keyed: Keyed) -> KeyedFacts:
    """The facts, before anybody looked what is in the registry."""
    return KeyedFacts(keys=keyed.keys, lowest_layers=_lowest_layers(keyed))


def _lowest_layers(keyed: Keyed) -> dict[int, str]:
    """By stage, the lowest layer of the image that it starts from; "" on scratch, and none where unknown."""
    found = dict[int, str]()
    for stage in keyed.graph.stages:
        base = base_of(stage)
        config = keyed.images.configs.get((base or "", stage.effective_platform))
        if stage.base_stage is not None:
            found |= {stage.index: found[stage.base_stage]} if stage.base_stage in found else {}
        elif config and config.lowest_layer:
            found[stage.index] = config.lowest_layer
        elif base is None and stage.replaced_by is None:
            found[stage.index] = ""
    return found


def _asked(work: Work, values: dict[str, str], facts: KeyedFacts) -> KeyedFacts:
    """The facts, with what is in the registry."""
    refs = {place: resolve(place, values) for place in locations(work)}
    found = {ref: image for ref, image in present_images(refs.values()).items() if image is not None}
    old = _old(work, refs, found)
    present = {place: found[ref] for place, ref in refs.items() if ref in found}
    return replace(facts, present=present, old=old)


def _old(work: Work, refs: Mapping[str, str], found: Mapping[str, Present]) -> frozenset[int]:
    """The stages of which an image is older than it may be, or does not say how old it is."""
    if work.options.max_age is None:
        return frozenset()
    there = [image for image in kept_images(work) if refs[image.location] in found]
    layers = {refs[image.location]: image.layers for image in there}
    made = made_at({ref: (found[ref], count) for ref, count in layers.items()})
    oldest = datetime.now(UTC) - timedelta(seconds=work.options.max_age)
    return frozenset(
        image.index for image in there if (at := made[refs[image.location]]) is None or at < oldest
    )

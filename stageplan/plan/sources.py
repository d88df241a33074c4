"""Which cache source each step takes, once somebody has looked what exists."""

from collections.abc import Callable

import msgspec

from stageplan.plan.locations import resolve, values_of
from stageplan.plan.model import Build, Plan, Restore, Source, Step


def candidates(plan: Plan) -> dict[str, tuple[str, ...]]:
    """For each step that has a source to be asked for, where it may lie, the scope's own first."""
    found: dict[str, tuple[str, ...]] = {}
    for step in plan.steps:
        place = _place(step)
        if place is None or place[1].asked:
            continue
        location, _ = place
        found[step.id] = tuple(
            resolve(location, values_of(plan.parameters, scope=scope)) for scope in scopes(plan)
        )
    return found


def scopes(plan: Plan) -> tuple[str, ...]:
    """The scopes in which a cache source is looked for, in order."""
    return (plan.parameters.scope, *plan.parameters.fallback_scopes)


def with_sources(plan: Plan, exists: Callable[[str], bool]) -> Plan:
    """The plan with each step's source: the first of its scopes that exists.

    Args:
        exists: whether something lies at a resolved location.
    """
    places = candidates(plan)

    def asked(step: Step) -> Step:
        if step.id not in places:
            return step
        found = next(
            (scope for scope, at in zip(scopes(plan), places[step.id], strict=True) if exists(at)), None
        )
        source = Source(asked=True, scope=found)
        if isinstance(step, Build) and step.cache is not None:
            return msgspec.structs.replace(step, cache=msgspec.structs.replace(step.cache, source=source))
        return msgspec.structs.replace(step, source=source)

    return msgspec.structs.replace(plan, steps=tuple(asked(step) for step in plan.steps))


def _place(step: Step) -> tuple[str, Source] | None:
    if isinstance(step, Restore):
        return step.location, step.source
    if isinstance(step, Build) and step.cache is not None:
        return step.cache.location, step.cache.source
    return None

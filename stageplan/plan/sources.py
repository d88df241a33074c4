"""Which cache source each step takes, once somebody has looked what exists."""

from collections.abc import Callable

import msgspec

from stageplan.plan.locations import resolve, values_of
from stageplan.plan.model import Build, Plan, Restore, Source, Step

Layers = frozenset[str]
LayersAt = Callable[[str], Layers | None]
"""The digests of the layers that lie at a resolved location; None where nothing lies there."""


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


def with_sources(plan: Plan, layers_at: LayersAt) -> Plan:
    """The plan with each step's source: the first of its scopes that exists.

    A build whose source has layers that the source of a consumer lacks leaves them in the builder.
    """
    places = candidates(plan)
    found = {
        step: next(
            (
                (scope, at)
                for scope, at in zip(scopes(plan), at_scopes, strict=True)
                if layers_at(at) is not None
            ),
            None,
        )
        for step, at_scopes in places.items()
    }

    def layers(step: str) -> Layers:
        place = found.get(step)
        return (layers_at(place[1]) if place else None) or frozenset()

    def asked(step: Step) -> Step:
        if step.id not in places:
            return step
        place = found[step.id]
        source = Source(asked=True, scope=place[0] if place else None)
        if not isinstance(step, Build) or step.cache is None:
            return msgspec.structs.replace(step, source=source)
        return msgspec.structs.replace(
            step,
            cache=msgspec.structs.replace(step.cache, source=source),
            unpack=step.unpack or any(layers(step.id) - layers(consumer) for consumer in step.unpack_for),
        )

    return msgspec.structs.replace(plan, steps=tuple(asked(step) for step in plan.steps))


def _place(step: Step) -> tuple[str, Source] | None:
    if isinstance(step, Restore):
        return step.location, step.source
    if isinstance(step, Build) and step.cache is not None:
        return step.cache.location, step.cache.source
    return None

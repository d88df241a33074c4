"""A plan whose cache lies in a registry that does not let it in: a build of buildah would end there."""

from collections.abc import Callable

import msgspec

from stageplan.plan.model import Build, Cache, Plan


def layer_repository(plan: Plan) -> str | None:
    """The repository whose layers the builds import and export; None where there is none."""
    builds = [step for step in plan.steps if isinstance(step, Build) and step.builder == "buildah"]
    return plan.parameters.cache_image if any(build.cache is not None for build in builds) else None


def without_cache(plan: Plan, reason: str) -> Plan:
    """The plan with builds that neither import nor export layers, and the reason as a warning."""
    return _changed(plan, None, f"{reason}, so every instruction runs and nothing is kept")


def without_exports(plan: Plan, reason: str) -> Plan:
    """The plan with builds that only import layers, and the reason as a warning."""

    def imports(cache: Cache) -> Cache:
        return msgspec.structs.replace(cache, export_options=None)

    return _changed(plan, imports, f"{reason}, so nothing is kept for the next build")


def _changed(plan: Plan, change: Callable[[Cache], Cache] | None, warning: str) -> Plan:
    steps = tuple(
        msgspec.structs.replace(step, cache=None if change is None else change(step.cache))
        if isinstance(step, Build) and step.cache is not None
        else step
        for step in plan.steps
    )
    return msgspec.structs.replace(plan, steps=steps, warnings=(*plan.warnings, warning))

"""What must hold of every plan, whether it was just made or read from a file."""

from collections.abc import Iterator

from stageplan.errors import UsageError
from stageplan.plan.locations import resolve, values_of
from stageplan.plan.model import Build, MoveTags, Plan, Push, Restore, Save, Step

# caches that lie in the image itself, or where each build writes what it alone can make
_SHARED = frozenset({"inline", "layers"})


def check_plan(plan: Plan) -> None:
    """Nothing, where the plan can be carried out.

    Raises:
        UsageError: a step that needs one that does not come before it, two exports to one place,
            or a cache ref that is also a tag of the image.
    """
    _check_order(plan)
    _check_exports(plan)


def _check_order(plan: Plan) -> None:
    done: dict[str, Step] = {}
    for step in plan.steps:
        if step.id in done:
            raise UsageError("plan-invalid", f"two steps have the id '{step.id}'", hint="plan again")
        for need in _mentioned(step):
            if need not in done:
                raise UsageError(
                    "plan-invalid",
                    f"step '{step.id}' needs '{need}', which does not come before it",
                    hint="plan again",
                )
        if isinstance(step, MoveTags) and not all(isinstance(done[build], Build) for build in step.builds):
            raise UsageError("plan-invalid", f"step '{step.id}' moves tags to a step that builds nothing")
        done[step.id] = step


def _mentioned(step: Step) -> Iterator[str]:
    yield from step.needs
    if isinstance(step, Build):
        yield from step.cache_from
        yield from (item.build for item in step.inputs if item.build)
    if isinstance(step, MoveTags):
        yield from step.builds


def _check_exports(plan: Plan) -> None:
    """No two steps write one place, and no cache is written where an image is."""
    values = values_of(plan.parameters)
    writers: dict[str, str] = {}
    for step in plan.steps:
        for location in written(step):
            place = _resolved(step, location, values)
            if place in writers:
                raise UsageError(
                    "two-exports",
                    f"'{place}' is written by '{writers[place]}' and by '{step.id}'",
                    hint="give --cache-image a repository of its own, or the targets different tags",
                )
            writers[place] = step.id


def _resolved(step: Step, location: str, values: dict[str, str]) -> str:
    try:
        return resolve(location, values)
    except ValueError as error:
        raise UsageError("plan-invalid", f"step '{step.id}': {error}", hint="plan again") from None


def written(step: Step) -> tuple[str, ...]:
    """The locations that a step writes to: images, cache refs, files."""
    match step:
        case Build():
            cache = step.cache
            exports = cache is not None and cache.export_options is not None and cache.type not in _SHARED
            return (step.tags if step.output != "cacheonly" else ()) + (
                (cache.location,) if cache is not None and exports else ()
            )
        case MoveTags():
            return step.tags
        case Save():
            return (step.location,)
        case Push() | Restore():
            return ()

"""The plan for a person: what is done, in order, and why."""

from collections.abc import Iterator

import msgspec

from stageplan.plan.locations import resolve, values_of
from stageplan.plan.model import Build, Cache, MoveTags, Plan, Push, Restore, Save, Source, Step
from stageplan.plan.no_cache import EVERY_STAGE


def render_text(plan: Plan) -> str:
    """The plan as text, with a line end."""
    return "\n".join((*_head(plan), "", *_stages(plan), "", *_steps(plan), *_warnings(plan))) + "\n"


def _head(plan: Plan) -> Iterator[str]:
    parameters = plan.parameters
    yield f"engine    {plan.inputs.engine}"
    yield f"strategy  {plan.strategy}: {plan.strategy_reason}"
    yield f"image     {parameters.image or 'none; nothing is pushed'}"
    yield f"cache     {parameters.cache_image or parameters.cache_dir or 'kept by no one but the builder'}"
    behind = f", then {', '.join(parameters.fallback_scopes)}" if parameters.fallback_scopes else ""
    yield f"scope     {parameters.scope}{behind}"
    if parameters.read_only:
        yield "writes    nothing (read-only)"


def _stages(plan: Plan) -> Iterator[str]:
    names = max(len(stage.name) for stage in plan.stages)
    actions = max(len(stage.action) for stage in plan.stages)
    yield "stages"
    for stage in plan.stages:
        yield f"  {stage.name:<{names}}  {stage.action:<{actions}}  {stage.reason}"


def _steps(plan: Plan) -> Iterator[str]:
    yield "steps"
    for number, step in enumerate(plan.steps, start=1):
        yield f"  {number}. {step.id}"
        yield from (f"     {line}" for line in _details(plan, step))


def _details(plan: Plan, step: Step) -> Iterator[str]:
    values = values_of(plan.parameters)
    match step:
        case Build(cache=cache, no_cache=no_cache, output=output, tags=tags, platform=platform):
            if platform is not msgspec.UNSET:
                yield f"platform      {platform}"
            if cache is not None:
                yield from _cache(plan, cache)
            if no_cache:
                yield f"no cache      for {'any stage' if EVERY_STAGE in no_cache else ', '.join(no_cache)}"
            yield from (f"{output:<13} {resolve(tag, values)}" for tag in tags)
        case Restore(location=location, how=how, source=source, into=into):
            yield f"{how:<13} {_source(plan, location, source)}"
            yield from (f"into          {resolve(place, values)}" for place in (into,) if place is not None)
        case Push(images=images):
            yield from (f"push          {resolve(image, values)}" for image in images)
        case Save(location=location):
            yield f"save          {resolve(location, values)}"
        case MoveTags(tags=tags):
            yield from (f"tag           {resolve(tag, values)}" for tag in tags)


def _cache(plan: Plan, cache: Cache) -> Iterator[str]:
    if cache.type == "pack":
        yield f"cache image   {resolve(cache.location, values_of(plan.parameters))}"
        return
    yield f"cache source  {_source(plan, cache.location, cache.source)}"
    if cache.export_options is None:
        return
    if cache.type == "inline":
        yield "cache export  in the image"
        return
    if cache.type == "layers":
        yield f"cache export  {resolve(cache.location, values_of(plan.parameters))} (each layer by its key)"
        return
    mode = dict(cache.export_options)["mode"]
    yield f"cache export  {resolve(cache.location, values_of(plan.parameters))} ({mode})"


def _source(plan: Plan, location: str, source: Source) -> str:
    if not source.asked:
        scopes = (plan.parameters.scope, *plan.parameters.fallback_scopes)
        places = [resolve(location, values_of(plan.parameters, scope=scope)) for scope in scopes]
        return f"the first that exists of {', '.join(places)}"
    if source.scope is None:
        return "none exists yet"
    return resolve(location, values_of(plan.parameters, scope=source.scope))


def _warnings(plan: Plan) -> Iterator[str]:
    if plan.warnings:
        yield ""
        yield from (f"warning: {warning}" for warning in plan.warnings)

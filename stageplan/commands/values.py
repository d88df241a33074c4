"""The names of the values in commands, and what they are in a plan as it stands."""

import re
from collections.abc import Mapping

from stageplan.plan.locations import resolve, values_of
from stageplan.plan.loopback import is_loopback
from stageplan.plan.model import Build, MoveTags, Plan, Restore, Source, Step
from stageplan.plan.scope import slug

WRITES = "writes"
IMAGE_OUTPUT = "image_output"
DERIVED = "derived"
IGNORE_SUFFIX = ".dockerignore"
SOURCE = "source"
CARBON_COPY = "carbon_copy"
CACHE_WRITES = "cache_writes"
CACHE_LOOPBACK = "cache_loopback"
IMAGE_LOOPBACK = "image_loopback"
HOST_NETWORK = "host_network"
PREVIOUS = "previous"
NO_WRITES = "no_writes"
BUILD_CONTEXT = "build_context"
BUILD_FILE = "build_file"


def restored(index: int | None) -> str:
    """The value that holds the scope whose stage image was brought for a stage."""
    return "restored" if index is None else f"restored_{index}"


def digest_of(build: str) -> str:
    """The value that holds the digest of what a build pushed."""
    return "digest_" + re.sub(r"[^a-z0-9]", lambda found: f"_{ord(found[0]):x}_", build)


def planned_values(plan: Plan, step: Step) -> dict[str, str]:
    """What each value of a step's command is, as the plan has it.

    Args:
        step: of the plan.
    """
    values = values_of(plan.parameters)
    values[WRITES] = "" if plan.parameters.read_only else "1"
    values[CACHE_WRITES] = values[WRITES]
    values[NO_WRITES] = "" if values[WRITES] else "1"
    values[BUILD_CONTEXT] = plan.inputs.context
    values[BUILD_FILE] = plan.inputs.dockerfile
    values[CACHE_LOOPBACK] = "1" if is_loopback(values["cache_image"]) else ""
    values[IMAGE_LOOPBACK] = "1" if is_loopback(values["image"]) else ""
    if isinstance(step, Build) and step.cache is not None:
        values[SOURCE] = _scope(step.cache.source)
        values[HOST_NETWORK] = _host_network(step, step.cache.location, values)
    if isinstance(step, MoveTags):
        values[CARBON_COPY] = "1" if step.carbon_copy else ""
    for other in plan.steps:
        if isinstance(other, Restore):
            values[restored(other.index)] = _scope(other.source)
            if other.how == "copy" and other.index is None:
                values[PREVIOUS] = "" if values[restored(None)] == values["scope"] else values[restored(None)]
    return values


def fields(options: Mapping[str, str] | tuple[tuple[str, str], ...]) -> str:
    """Further `,key=value` fields of a cache option, in the order given."""
    pairs = options.items() if isinstance(options, Mapping) else options
    return "".join(f",{key}={_field(value)}" for key, value in pairs)


def _field(value: str) -> str:
    if "," in value or '"' in value:
        message = f"'{value}' cannot stand in a cache option"
        raise ValueError(message)
    return value


def _host_network(build: Build, cache: str, values: Mapping[str, str]) -> str:
    """1 where the build writes to a registry of this machine."""
    places = (*build.tags, cache)
    return "1" if any(is_loopback(resolve(place, values)) for place in places) else ""


def _scope(source: Source) -> str:
    return "" if source.scope is None else slug(source.scope)

"""`buildah build`, `buildah push` and `buildah manifest`; podman takes the same words."""

from collections.abc import Iterator

import msgspec

from stageplan.commands.command import Command
from stageplan.commands.options import input_words
from stageplan.commands.values import CACHE_LOOPBACK, CACHE_WRITES, IMAGE_LOOPBACK
from stageplan.commands.words import Word, located, word, words
from stageplan.plan.loopback import is_loopback
from stageplan.plan.model import Build, Cache, ImageInput, MoveTags, Plan
from stageplan.plan.no_cache import EVERY_STAGE

_UNCHECKED = "--tls-verify=false"
_INDEX = "stageplan-tags"  # of an image that only gets another name, on this machine


def build_command(plan: Plan, build: Build) -> Command:
    """One build of one target.

    A build that fails leaves its working containers mounted, unless it is told to remove them. An image in
    OCI's format would lose HEALTHCHECK, SHELL and ONBUILD, also on the way from one stage to the next.
    """
    inputs = plan.inputs
    found = list(words(inputs.engine, "build", "--layers", "--force-rm", "--format=docker"))
    found += input_words(inputs, build)
    if inputs.ignore_file is not msgspec.UNSET:
        found += words(f"--ignorefile={inputs.ignore_file}")
    if EVERY_STAGE in build.no_cache:
        found += words("--no-cache")
    found += words(*(f"--build-context={context.name}={context.value}" for context in inputs.build_contexts))
    found += [_stand_in(plan, item) for item in build.inputs]
    found += words(*(f"--secret={secret}" for secret in inputs.secrets))
    found += words(*(f"--ssh={ssh}" for ssh in inputs.ssh))
    if build.cache is not None:
        found += _cache_words(build.cache)
    if build.cache is not None or build.inputs:
        found.append(word(_UNCHECKED, when=CACHE_LOOPBACK))
    found += [word("--tag=", *located(tag)) for tag in build.tags]
    found += words(inputs.context)
    return Command(words=tuple(found))


def push_command(plan: Plan, image: str) -> Command:
    """Pushes one image that the machine holds.

    Args:
        image: its location.
    """
    found = [*words(plan.inputs.engine, "push", "--quiet"), *_unchecked(image)]
    found.append(word(*located(image)))
    return Command(words=tuple(found))


def move_tags_commands(plan: Plan, move: MoveTags) -> Iterator[Command]:
    """Points the tags at an index of the image that is in the registry; no layer is moved."""
    found = [*words(plan.inputs.engine, "manifest", "create", "--amend"), *_unchecked(move.repository)]
    image = word("docker://", *located(move.repository), f"@{move.digest}")
    yield Command(words=(*found, *words(_INDEX), image))
    for tag in move.tags:
        last = ("--rm",) if tag == move.tags[-1] else ()
        found = [*words(plan.inputs.engine, "manifest", "push", "--all", *last), *_unchecked(tag)]
        yield Command(words=(*found, *words(_INDEX), word("docker://", *located(tag))))


def _stand_in(plan: Plan, item: ImageInput) -> Word:
    """An image for a stage: one of a registry by its digest, or the one that a step has left here."""
    name = f"--build-context={item.name}=docker-image://"
    made = next((step for step in plan.steps if isinstance(step, Build) and step.id == item.build), None)
    if made is not None:
        return word(name, *located(made.tags[0]))
    return word(name, *located(item.repository), f"@{item.digest}")


def _cache_words(cache: Cache) -> Iterator[Word]:
    """One repository for both ways: before 1.29 buildah takes the last `--cache-from` alone."""
    yield word("--cache-from=", *located(cache.location))
    if cache.export_options is not None:
        yield word("--cache-to=", *located(cache.location), when=CACHE_WRITES)
    yield from words(*(f"--{key}={value}" for key, value in cache.import_options))


def _unchecked(location: str) -> tuple[Word, ...]:
    """What a registry of this machine takes, which speaks plain HTTP."""
    if "{" not in location.partition("/")[0]:
        return words(_UNCHECKED) if is_loopback(location) else ()
    of_cache = location.startswith("{cache_image}")
    return (word(_UNCHECKED, when=CACHE_LOOPBACK if of_cache else IMAGE_LOOPBACK),)

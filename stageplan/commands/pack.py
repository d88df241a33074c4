"""`pack build`, and the copy of a cache image before it."""

from collections.abc import Iterator

from stageplan.commands.command import Command
from stageplan.commands.values import HOST_NETWORK, PREVIOUS, planned_values, restored
from stageplan.commands.words import located, word, words
from stageplan.plan.locations import resolve
from stageplan.plan.model import Build, Inputs, Plan, Restore
from stageplan.plan.scope import slug

_BY_SCOPE = "{image}:{scope}"


def build_command(inputs: Inputs, build: Build) -> Command:
    """One build of an app by buildpacks.

    A trusted builder runs all phases in one container; it reaches a registry on this machine only by the
    network of this machine. The first build of a scope takes over layers from the image of the scope whose
    cache it begins with.
    """
    found = list(words("pack", "build"))
    found += [word(*located(build.tags[0]))]
    found += [word("--tag=", *located(tag)) for tag in build.tags[1:]]
    found += words(
        f"--builder={inputs.pack_builder}", "--trust-builder", f"--path={inputs.context}", "--publish"
    )
    if build.cache is not None:
        found.append(word("--cache-image=", *located(build.cache.location)))
    if build.tags[0] == _BY_SCOPE:
        found.append(word("--previous-image=", *located(_BY_SCOPE, scope=PREVIOUS), when=PREVIOUS))
    found.append(word("--network=host", when=HOST_NETWORK))
    if inputs.platform is not None:
        found += words(f"--platform={inputs.platform}")
    for arg in (*inputs.build_args, *build.build_args):
        found += words(f"--env={arg.name}" + ("" if arg.value is None else f"={arg.value}"))
    if build.no_cache:
        found += words("--clear-cache")
    return Command(words=tuple(found))


def seed_command(seed: Restore) -> Command:
    """Copies the cache image of the scope that has one."""
    found = list(words("docker", "buildx", "imagetools", "create", "--prefer-index=false"))
    found.append(word("--tag=", *located(seed.into or "")))
    found.append(word(*located(seed.location, scope=restored(seed.index))))
    return Command(words=tuple(found))


def seed_commands(plan: Plan, seed: Restore) -> Iterator[Command]:
    """The copy, where there is something to copy that is not in its place."""
    if seed_source(plan, seed) is not None:
        yield seed_command(seed)


def seed_source(plan: Plan, seed: Restore) -> str | None:
    """What is copied; None where there is nothing, or where it lies in its place."""
    scope = seed.source.scope
    if scope is None or seed.into is None:
        return None
    values = planned_values(plan, seed)
    source = resolve(seed.location, values | {"scope": slug(scope)})
    return None if source == resolve(seed.into, values) else source

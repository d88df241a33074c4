"""`buildah build` and `buildah push`; podman takes the same words."""

from stageplan.commands.command import Command
from stageplan.commands.options import input_words
from stageplan.commands.values import CACHE_LOOPBACK, CACHE_WRITES, IMAGE_LOOPBACK
from stageplan.commands.words import Word, located, word, words
from stageplan.plan.loopback import is_loopback
from stageplan.plan.model import Build, Cache, Inputs
from stageplan.plan.no_cache import EVERY_STAGE

_UNCHECKED = "--tls-verify=false"


def build_command(inputs: Inputs, build: Build) -> Command:
    """One build of one target.

    A build that fails leaves its working containers mounted, unless it is told to remove them.
    """
    found = list(words(inputs.engine, "build", "--layers", "--force-rm"))
    found += input_words(inputs, build)
    if EVERY_STAGE in build.no_cache:
        found += words("--no-cache")
    found += words(*(f"--build-context={context.name}={context.value}" for context in inputs.build_contexts))
    found += words(*(f"--secret={secret}" for secret in inputs.secrets))
    found += words(*(f"--ssh={ssh}" for ssh in inputs.ssh))
    if build.cache is not None:
        found += _cache_words(build.cache)
    found += [word("--tag=", *located(tag)) for tag in build.tags]
    found += words(inputs.context)
    return Command(words=tuple(found))


def push_command(inputs: Inputs, image: str) -> Command:
    """Pushes one image that the machine holds.

    Args:
        inputs: of the plan.
        image: its location.
    """
    found = list(words(inputs.engine, "push", "--quiet"))
    if "{" not in image.partition("/")[0]:
        found += words(_UNCHECKED) if is_loopback(image) else ()
    else:
        found.append(word(_UNCHECKED, when=IMAGE_LOOPBACK))
    found.append(word(*located(image)))
    return Command(words=tuple(found))


def _cache_words(cache: Cache) -> tuple[Word, ...]:
    """One repository for both ways: before 1.29 buildah takes the last `--cache-from` alone."""
    found = [word("--cache-from=", *located(cache.location))]
    if cache.export_options is not None:
        found.append(word("--cache-to=", *located(cache.location), when=CACHE_WRITES))
    found += words(*(f"--{key}={value}" for key, value in cache.import_options))
    found.append(word(_UNCHECKED, when=CACHE_LOOPBACK))
    return tuple(found)

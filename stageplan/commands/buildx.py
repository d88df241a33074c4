"""`docker buildx build` and `docker buildx imagetools`."""

from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from stageplan.commands.command import Command
from stageplan.commands.options import input_words
from stageplan.commands.values import CARBON_COPY, IMAGE_OUTPUT, SOURCE, WRITES, digest_of, fields
from stageplan.commands.words import Value, Word, located, word, words
from stageplan.plan.model import Build, Cache, ImageInput, Inputs, MoveTags
from stageplan.plan.no_cache import EVERY_STAGE

METADATA_FILE = "metadata_file"

_IMPORT_KEY = {
    "registry": "ref",
    "inline": "ref",
    "local": "src",
    "gha": "scope",
    "s3": "name",
    "azblob": "name",
}
_EXPORT_KEY = _IMPORT_KEY | {"local": "dest"}
NEW_CACHE = ".new"
_ENDS_A_PATH = frozenset(":@")  # there buildx takes the path of a layout for over


def build_command(
    inputs: Inputs, build: Build, *, layouts: Mapping[str, str] = MappingProxyType({})
) -> Command:
    """One build of one target by buildx.

    Attestations are left out: they would make an index of every image, and name it anew on every build.

    Args:
        layouts: by step, the folder of the image layout that holds what it has made.
    """
    found = list(words("docker", "buildx", "build"))
    if inputs.builder is not None:
        found += words(f"--builder={inputs.builder}")
    found += words("--provenance=false")
    found += input_words(inputs, build)
    found += words(
        *("--no-cache" if name == EVERY_STAGE else f"--no-cache-filter={name}" for name in build.no_cache)
    )
    found += words(*(f"--build-context={context.name}={context.value}" for context in inputs.build_contexts))
    found += [_stand_in(item, layouts) for item in build.inputs]
    found += words(*(f"--secret={secret}" for secret in inputs.secrets))
    found += words(*(f"--ssh={ssh}" for ssh in inputs.ssh))
    if build.cache is not None:
        found += _cache_words(build.cache)
    found += _output_words(build)
    found += words(inputs.context)
    return Command(words=tuple(found))


def move_tags_command(inputs: Inputs, move: MoveTags) -> Command:
    """Points the tags at the digest that a build has pushed, or at an index of those of several builds."""
    found = list(words("docker", "buildx", "imagetools", "create"))
    if inputs.builder is not None:
        found += words(f"--builder={inputs.builder}")
    found.append(word("--prefer-index=false", when=CARBON_COPY))
    found += [word("--tag=", *located(tag)) for tag in move.tags]
    digests: list[str | Value] = [Value(digest_of(build)) for build in move.builds] or [_digest(move)]
    found += [word(*located(move.repository), "@", digest) for digest in digests]
    return Command(words=tuple(found))


def _stand_in(item: ImageInput, layouts: Mapping[str, str]) -> Word:
    """An image for a stage; BuildKit then neither builds the stage nor what only it needs."""
    folder = layouts.get(item.build or "")
    if folder is not None and _ENDS_A_PATH.isdisjoint(folder):
        return word(f"--build-context={item.name}=oci-layout://{folder}@", _digest(item))
    return word(f"--build-context={item.name}=docker-image://", *located(item.repository), "@", _digest(item))


def _digest(item: ImageInput | MoveTags) -> str | Value:
    """A digest that the plan knows, or that a build of it finds."""
    return item.digest or Value(digest_of(item.build or ""))


def output_value(build: Build, *, writes: bool, unpack: bool) -> str:
    """What `--output` gets.

    Args:
        writes: whether an image may be pushed.
        unpack: whether the layers are left in the builder.
    """
    if build.output == "load":
        return "type=docker"
    if build.output == "push" and writes:
        stored = "" if unpack or build.store else ",store=false"
        return f"type=image,push=true{stored}{_packing(build)}"
    return _unpacking(build) if unpack else "type=cacheonly"


def _unpacking(build: Build) -> str:
    """The output that leaves the layers in the builder; a conversion that nobody keeps has to fetch them."""
    if build.converts is True:
        return "type=image,compression=uncompressed,force-compression=true"
    return "type=image,unpack=true"


def _packing(build: Build) -> str:
    """How the layers are packed."""
    if build.compression is msgspec.UNSET:
        return ""
    force = ",force-compression=true" if build.force_compression is True else ""
    return f",compression={build.compression}{force},oci-mediatypes=true"


def _cache_words(cache: Cache) -> tuple[Word, ...]:
    imported = "registry" if cache.type == "inline" else cache.type
    found = [
        word(
            f"--cache-from=type={imported},{_IMPORT_KEY[cache.type]}=",
            *located(cache.location, scope=SOURCE),
            fields(cache.import_options),
            when=SOURCE,
        )
    ]
    if cache.export_options is None:
        return tuple(found)
    if cache.type == "inline":
        found.append(word("--cache-to=type=inline", when=WRITES))
        return tuple(found)
    new = (NEW_CACHE,) if cache.type == "local" else ()
    found.append(
        word(
            f"--cache-to=type={cache.type},{_EXPORT_KEY[cache.type]}=",
            *located(cache.location),
            *new,
            fields(cache.export_options),
            when=WRITES,
        )
    )
    return tuple(found)


def _output_words(build: Build) -> tuple[Word, ...]:
    if build.output == "tar":
        return tuple(word("--output=type=tar,dest=", *located(tag)) for tag in build.tags)
    pushes = build.output == "push"
    when = WRITES if pushes else None
    found = [word("--tag=", *located(tag), when=when) for tag in build.tags]
    if pushes or build.unpack_for:
        found.append(word("--output=", Value(IMAGE_OUTPUT)))
    else:
        found += words(f"--output={output_value(build, writes=True, unpack=build.unpack)}")
    if build.wants_digest:
        found.append(word("--metadata-file=", Value(METADATA_FILE)))
    return tuple(found)

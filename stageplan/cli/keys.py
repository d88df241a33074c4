"""The keys of the stages that a request builds, with all that was asked to make them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from stageplan.cli.request import Request, build_options
from stageplan.dockerfile.instructions import Dockerfile
from stageplan.dockerfile.platforms import parse_platform
from stageplan.dockerfile.reader import read_dockerfile
from stageplan.dockerfile.references import parse_reference
from stageplan.errors import UnreachableError
from stageplan.graph import BuildOptions, Stage, StageGraph, build_graph
from stageplan.keys.lock import LOCK_NAME, LockedImage, decode_lock, encode_lock, locked_image
from stageplan.keys.model import KeyFacts, StageKey
from stageplan.keys.stage_keys import stage_keys
from stageplan.stages.named_contexts import context_names, image_of_context
from stageplan.stages.options import ImageConfig
from stageplan.system.base_images import BaseImages, Moved
from stageplan.system.context_digests import ContextDigests
from stageplan.system.files import read_bytes, write_atomically
from stageplan.system.image_configs import ImageConfigs
from stageplan.system.mirrors import Mirrors
from stageplan.system.user_cache import user_cache

_LOCK = Path(LOCK_NAME)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownImages:
    """What is known of the images that some targets need.

    Attributes:
        digests: by normalised reference.
        configs: of base images, by normalised reference and platform.
        problems: why others are not known, by normalised reference.
        moved: tags that have moved since they were pinned.
    """

    digests: Mapping[str, str]
    configs: Mapping[tuple[str, str], ImageConfig]
    problems: Mapping[str, str]
    moved: tuple[Moved, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyed:
    """A file, its stages and their keys.

    Attributes:
        graph: the stages, with what their base images bring along.
        targets: indexes of the stages that are built.
        keys: of every stage, in file order.
        images: what is known of the images that the targets need.
        contexts: what was read of the build context.
    """

    graph: StageGraph
    targets: tuple[int, ...]
    keys: tuple[StageKey, ...]
    images: KnownImages
    contexts: ContextDigests


def request_keys(
    request: Request,
    *,
    platform: str,
    offline: bool,
    pin: bool = False,
    mirrors: Iterable[str] = (),
    also: Iterable[str] = (),
) -> Keyed:
    """The keys of the stages that a request builds.

    Args:
        request: what the user asks.
        platform: the engine's own.
        offline: no registry is asked.
        pin: the lock file is written anew, and nothing in it counts.
        mirrors: what stands in for Docker Hub, as `http://HOST:PORT`.
        also: stages to key besides those that the request builds.

    Raises:
        UsageError: an option, the lock file or a file of the context cannot be read.
        DockerfileError: the build would refuse the file.
        UnreachableError: an image cannot be pinned.
    """
    lock = read_lock()
    keyed = keys_of(
        read_dockerfile(read_bytes(request.dockerfile), str(request.dockerfile)),
        build_options(request, platform=platform),
        request.chosen("targets"),
        image_source({} if pin else lock, offline=offline, mirrors=mirrors),
        ContextDigests(request.context, request.dockerfile, user_cache() / "files"),
        also=(*request.chosen("checks"), *also),
    )
    keyed.contexts.save()
    if pin:
        _write_lock(lock, keyed.images)
    return keyed


def image_source(
    lock: Mapping[str, LockedImage], *, offline: bool, mirrors: Iterable[str] = ()
) -> BaseImages:
    """What says which images there are.

    Args:
        lock: what is pinned.
        offline: no registry is asked.
        mirrors: what stands in for Docker Hub, as `http://HOST:PORT`.
    """
    asked = Mirrors(mirrors)
    return BaseImages(
        ImageConfigs(user_cache() / "images"),
        lock=lock,
        registry=None if offline else asked.registry(),
        mirrors=asked,
    )


def keys_of(
    dockerfile: Dockerfile,
    options: BuildOptions,
    names: Iterable[str],
    images: BaseImages,
    contexts: ContextDigests,
    *,
    also: Iterable[str] = (),
    missing_ok: bool = False,
) -> Keyed:
    """The keys of a file's stages.

    Args:
        dockerfile: the file.
        options: what decides its graph.
        names: stages that are built; none: the target of the options.
        images: says which images there are.
        contexts: says what the build context holds.
        also: further stages.
        missing_ok: a name that no stage has is passed over.

    Raises:
        UsageError: there is no such stage, or a file cannot be read.
        DockerfileError: the build would refuse the file.
    """
    graph = build_graph(dockerfile, options)
    targets = _found(graph, names, missing_ok=missing_ok) or (graph.target,)
    targets += _found(graph, also, missing_ok=missing_ok)
    known = _ask(graph, targets, images)
    graph = build_graph(dockerfile, options, known.configs)
    # a trigger of a base image can make a stage need another, whose own base is then asked too
    while _needed(graph, targets) - known.digests.keys() - known.problems.keys():
        known = _ask(graph, targets, images)
        graph = build_graph(dockerfile, options, known.configs)
    facts = KeyFacts(
        images=known.digests,
        inspected=frozenset(known.configs),
        image_problems=known.problems,
        digest_of=contexts,
        platform=parse_platform(options.platform or options.build_platform).format(),
        build_args=options.build_args,
        build_contexts=context_names(options.build_contexts),
    )
    keys = stage_keys(graph, facts, targets)
    return Keyed(graph=graph, targets=targets, keys=keys, images=known, contexts=contexts)


def read_lock() -> Mapping[str, LockedImage]:
    """What the lock file here pins; nothing where there is none.

    Raises:
        UsageError: it cannot be read, or is none.
    """
    return decode_lock(read_bytes(_LOCK), path=LOCK_NAME) if _LOCK.exists() else {}


def moved_warnings(moved: Iterable[Moved]) -> tuple[str, ...]:
    """A sentence for each tag that has moved since it was pinned."""
    return tuple(
        f"'{item.ref}' is pinned to {item.pinned} and is {item.now} now; take that with --pin"
        for item in moved
    )


def _write_lock(lock: Mapping[str, LockedImage], known: KnownImages) -> None:
    """Pins the images to what they are now; what other files name stays as it was."""
    pinned = dict(lock)
    for ref, problem in known.problems.items():
        raise UnreachableError(
            "pin", f"'{ref}' cannot be pinned: {problem}", hint="check its name, and log in"
        )
    for ref, digest in known.digests.items():
        if parse_reference(ref).digest is None:
            config = next(
                (config for (name, _), config in sorted(known.configs.items()) if name == ref), None
            )
            pinned[ref] = locked_image(digest, config)
    write_atomically(_LOCK, encode_lock(pinned))


def _found(graph: StageGraph, names: Iterable[str], *, missing_ok: bool) -> tuple[int, ...]:
    """The stages of these names; one without a name goes by the one that the builder makes up for it."""
    labels = {stage.label: stage.index for stage in graph.stages}
    wanted = [name for name in names if name.lower() in labels or not missing_ok]
    return tuple(
        labels[name.lower()] if name.lower() in labels else graph.find(name).index for name in wanted
    )


def _ask(graph: StageGraph, targets: tuple[int, ...], images: BaseImages) -> KnownImages:
    """What is known of the images that the targets need; each is asked for once."""
    bases = set(_bases(graph, targets))
    facts = images.facts(_needed(graph, targets), dict(sorted(bases)))
    found = {
        (ref, platform): images.config(ref, facts.digests[ref], platform)[0]
        for ref, platform in sorted(bases)
        if ref in facts.digests
    }
    return KnownImages(
        digests=facts.digests,
        configs={image: config for image, config in found.items() if config},
        problems=facts.problems,
        moved=facts.moved,
    )


def _needed(graph: StageGraph, targets: tuple[int, ...]) -> set[str]:
    return {use.ref for use in graph.images_of(targets)}


def _bases(graph: StageGraph, targets: tuple[int, ...]) -> Iterator[tuple[str, str]]:
    """The images that needed stages start from, and the platforms that they are built for."""
    for index in graph.reached_from(targets):
        stage = graph.stages[index]
        ref = base_of(stage)
        if ref:
            yield ref, stage.effective_platform


def base_of(stage: Stage) -> str | None:
    """The image that a stage starts from, or that stands in for it; normalised."""
    return stage.base_image or (stage.replaced_by and image_of_context(stage.replaced_by)) or None

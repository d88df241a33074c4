"""What an engine must be able to do for a strategy; each gives the reason it cannot, or None.

Source: moby's `builder-next/controller.go` (which exporters the docker driver has in which image store),
buildx's driver features and buildah's changelog.
"""

from collections.abc import Collection

from stageplan.plan.facts import EngineFacts
from stageplan.plan.options import PlanOptions

_FIRST_ENGINE_TO_PUSH_UNSTORED = (28,)
_FIRST_ENGINE_TO_KEEP_SOURCES = (28,)
_FIRST_BUILDKIT_TO_KEEP_SOURCES = (0, 20)  # that of Engine 28
_FIRST_BUILDX_TO_COPY_MANIFESTS = (0, 16)
_FIRST_BUILDAH_TO_KEEP_LAYERS = (1, 28)  # 1.27 has the flags, but builds the stages that nobody needs
_FIRST_BUILDAH_TO_DATE_LAYERS = (1, 41)


def needs_buildx(engine: EngineFacts) -> str | None:
    """Why buildx cannot build here; an engine that nobody asked can."""
    if engine.reachable and engine.buildx_version is None:
        return "docker has no buildx"
    return None


def needs_cache_export(engine: EngineFacts) -> str | None:
    """Why BuildKit cannot export a cache of its own here."""
    if engine.driver == "docker" and engine.store == "classic":
        return "the docker driver exports no cache from the classic image store"
    return needs_buildx(engine)


def needs_own_buildkit(engine: EngineFacts) -> str | None:
    """Why a backend that only a standalone BuildKit has is missing here."""
    if engine.driver == "docker":
        return "the docker driver does not have it; a docker-container, kubernetes or remote builder does"
    return needs_buildx(engine)


def needs_classic_builder(engine: EngineFacts, options: PlanOptions) -> str | None:
    """Why the classic builder cannot build this, or its cache fails here.

    With containerd's store, `--cache-from` fails the build as soon as the cached image has an
    instruction that changes no file before its end.
    """
    if engine.is_missing:
        return "there is no docker engine"
    if engine.store == "containerd":
        return "the classic builder's --cache-from fails on the containerd image store"
    for flag, given in (
        ("--build-context", options.build_contexts),
        ("--secret", options.secrets),
        ("--ssh", options.ssh),
        ("--builder", options.builder),
        ("--no-cache STAGE", options.no_cache),
    ):
        if given:
            return f"the classic builder has no {flag}"
    return None


def needs_layers(engine: EngineFacts, cache_options: Collection[str]) -> str | None:
    """Why this buildah, or that of this podman, keeps no layers in a registry; one that nobody asked does."""
    version = engine.buildah_version
    if version is None:
        return None
    if not _at_least(version, _FIRST_BUILDAH_TO_KEEP_LAYERS):
        return f"it needs buildah 1.28, and here is {version}"
    if "source-date-epoch" in cache_options and not _at_least(version, _FIRST_BUILDAH_TO_DATE_LAYERS):
        return f"'--cache-option source-date-epoch' needs buildah 1.41, and here is {version}"
    return None


def pushes_unstored(engine: EngineFacts) -> bool:
    """Whether an image can be pushed without being unpacked first (`store=false`)."""
    return (
        engine.driver == "docker"
        and engine.store == "containerd"
        and _at_least(engine.version, _FIRST_ENGINE_TO_PUSH_UNSTORED)
    )


def mixes_sources(engine: EngineFacts) -> bool:
    """Whether a build may miss what an earlier build hit, although its own cache source has it.

    Measured: 3 of 20 times on Engine 26.1, 0 of 30 on 28.5.
    """
    if engine.has_own_buildkit:
        version = engine.buildkit_version
        return version is not None and not _at_least(version, _FIRST_BUILDKIT_TO_KEEP_SOURCES)
    return engine.version is not None and not _at_least(engine.version, _FIRST_ENGINE_TO_KEEP_SOURCES)


def copies_manifests(engine: EngineFacts) -> bool:
    """Whether buildx can point a tag at a manifest as it is; one that nobody asked can."""
    return engine.buildx_version is None or _at_least(engine.buildx_version, _FIRST_BUILDX_TO_COPY_MANIFESTS)


def _at_least(version: str | None, wanted: tuple[int, ...]) -> bool:
    numbers = (version or "0").split(".")[: len(wanted)]
    return tuple(int(number) if number.isdigit() else 0 for number in numbers) >= wanted

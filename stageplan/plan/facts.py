"""What the planner is told about the machine it plans for."""

from dataclasses import dataclass
from typing import Literal

from stageplan.plan.model import Engine


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineFacts:
    """What the program that builds says of itself; None where it did not say, or has no such thing.

    Attributes:
        reachable: whether the engine answered, or a builder that needs none.
        reason: why it did not, as a sentence without a full stop.
        version: of the engine, `28.5.2`.
        api_version: the newest one of the engine's API, `1.51`.
        store: how the engine keeps images: in containerd's store or its own.
        os: what its containers run on, `linux`.
        architecture: in the words of a platform, `amd64`.
        buildx_version: `0.29.1`; None where there is no buildx.
        builder: name of the buildx builder.
        driver: of that builder, `docker`, `docker-container`, `kubernetes`, `remote` or `cloud`.
        buildkit_version: `0.25.2`; None where the builder is not started yet.
        snapshotter: where that BuildKit unpacks layers, `overlayfs`.
        platforms: what the builder builds for, in its order.
        kind: which program it is.
        buildah_version: `1.28.2`; of podman, that of the buildah in it.
        elsewhere: whether the engine runs on another machine than we do.
        limits: what somebody who builds with it should know, each a sentence and what to do about it.
        mirrors: what stands in for Docker Hub, `http://HOST:PORT`, in the order in which it is asked.
    """

    reachable: bool
    reason: str | None = None
    version: str | None = None
    api_version: str | None = None
    store: Literal["containerd", "classic"] | None = None
    os: str | None = None
    architecture: str | None = None
    buildx_version: str | None = None
    builder: str | None = None
    driver: str | None = None
    buildkit_version: str | None = None
    snapshotter: str | None = None
    platforms: tuple[str, ...] = ()
    kind: Engine = "docker"
    buildah_version: str | None = None
    elsewhere: bool = False
    limits: tuple[tuple[str, str], ...] = ()
    mirrors: tuple[str, ...] = ()

    @property
    def has_own_buildkit(self) -> bool:
        """Whether a BuildKit of its own builds, and not the one in the engine."""
        return self.driver is not None and self.driver != "docker"

    @property
    def is_missing(self) -> bool:
        """Whether there is no engine beside the builder, to load images into."""
        return self.reachable and self.kind == "docker" and self.version is None

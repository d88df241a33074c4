"""What the configurations of images add to the stages that start from them."""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from stageplan.dockerfile.platforms import InvalidPlatformError, Platform, parse_platform
from stageplan.errors import UsageError
from stageplan.stages.options import ImageConfig
from stageplan.system.files import write_atomically
from stageplan.system.registry import Registry


class ImageConfigs:
    """Configurations of images, by digest; what was read once is kept in a folder.

    Args:
        folder: where they are kept, by what they are digests of, so none is ever out of date.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def kept(self, digest: str, platform: str) -> ImageConfig | None:
        """A configuration that was read before, or None."""
        try:
            return msgspec.json.decode(self._file(digest, platform).read_bytes(), type=ImageConfig)
        except (OSError, msgspec.DecodeError):
            return None

    def read(self, registry: Registry, repository: str, digest: str, platform: str) -> ImageConfig | None:
        """The configuration of an image for a platform, or None where the image is not for it.

        Args:
            registry: where it is asked for.
            repository: that holds it, with its registry.
            digest: of a manifest or an index.
            platform: such as `linux/arm64`.

        Raises:
            UnreachableError: the registry does not answer, or refuses.
        """
        kept = self.kept(digest, platform)
        if kept is not None:
            return kept
        described = image_manifest(registry, repository, digest, platform).get("config")
        if not described:
            return None
        read = json.loads(registry.blob(repository, described["digest"]))
        config = image_config(read.get("config") or {}, (read.get("rootfs") or {}).get("diff_ids") or ())
        with suppress(OSError, UsageError):
            self._folder.mkdir(parents=True, exist_ok=True)
            write_atomically(self._file(digest, platform), msgspec.json.encode(config))
        return config

    def _file(self, digest: str, platform: str) -> Path:
        return self._folder / f"{digest}-{platform}.json".replace("/", "-").replace(":", "-")


def image_manifest(registry: Registry, repository: str, digest: str, platform: str) -> Mapping[str, Any]:
    """The manifest of an image for a platform; empty where there is none for it.

    Args:
        registry: where it is asked for.
        repository: that holds it, with its registry.
        digest: of a manifest or an index.
        platform: such as `linux/arm64`.

    Raises:
        UnreachableError: the registry does not answer, or refuses.
    """
    document = _manifest(registry, repository, digest)
    if "manifests" not in document:
        return document
    fitting = _fitting(document["manifests"], platform)
    return _manifest(registry, repository, fitting) if fitting else {}


def _manifest(registry: Registry, repository: str, digest: str) -> Mapping[str, Any]:
    """A manifest or an index; empty where the registry has none of that digest."""
    manifest = registry.manifest(f"{repository}@{digest}")
    document = json.loads(manifest.body) if manifest else {}
    return document if isinstance(document, dict) else {}


def _fitting(manifests: Sequence[Mapping[str, Any]], platform: str) -> str | None:
    """The digest of the manifest for a platform: of its very variant, else of another one."""
    wanted = parse_platform(platform).normalized()
    offered = [(_platform(item.get("platform") or {}), item["digest"]) for item in manifests]
    same_kind = [
        (offer, digest)
        for offer, digest in offered
        if offer and (offer.os, offer.architecture) == (wanted.os, wanted.architecture)
    ]
    exact = [digest for offer, digest in same_kind if offer.variant == wanted.variant]
    return next(iter([*exact, *(digest for _, digest in same_kind)]), None)


def _platform(described: Mapping[str, str]) -> Platform | None:
    parts = (described.get("os", ""), described.get("architecture", ""), described.get("variant", ""))
    try:
        return parse_platform("/".join(part for part in parts if part)).normalized()
    except InvalidPlatformError:
        return None


def image_config(config: Mapping[str, Any], layers: Sequence[str]) -> ImageConfig:
    """What stands in the `config` of an image, as registries and the engine's API have it.

    Args:
        config: as it is there.
        layers: the digests of its layers, unpacked, from the lowest on.
    """
    pairs = (variable.partition("=") for variable in config.get("Env") or ())
    return ImageConfig(
        environment={name: value for name, _, value in pairs},
        onbuild=tuple(config.get("OnBuild") or ()),
        working_directory=config.get("WorkingDir") or "",
        lowest_layer=next(iter(layers), ""),
    )

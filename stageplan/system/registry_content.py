"""What registries hold: manifests by their bytes, and what a manifest names."""

import json
from dataclasses import dataclass
from hashlib import sha256

from stageplan.errors import UnreachableError

OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
_MANIFESTS = (OCI_INDEX, OCI_MANIFEST, DOCKER_LIST, DOCKER_MANIFEST)

# All four, always: to whom does not name its type, a registry may give a converted manifest.
ACCEPT = ", ".join(_MANIFESTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A manifest as its registry holds it."""

    body: bytes
    media_type: str

    @property
    def digest(self) -> str:
        """`sha256:…` of the bytes."""
        return digest_of(self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a manifest names: other manifests, and blobs with their sizes; each in its order."""

    manifests: tuple[str, ...]
    blobs: tuple[tuple[str, int], ...]


def digest_of(data: bytes) -> str:
    """`sha256:…` of the bytes."""
    return f"sha256:{sha256(data).hexdigest()}"


def check_digest(data: bytes, digest: str, host: str) -> bytes:
    """The same bytes, if they have the digest that was asked for.

    Raises:
        UnreachableError: they have not (`registry-garbled`).
    """
    if digest.startswith("sha256:") and digest_of(data) != digest:
        raise other_content(digest, host)
    return data


def other_content(digest: str, host: str) -> UnreachableError:
    """The error for a registry that sent something else than what was asked for."""
    return UnreachableError(
        "registry-garbled",
        f"registry '{host}' sent something else than '{digest}'",
        hint="check the registry's storage, and proxies on the way to it",
    )


def content_of(manifest: Manifest, host: str) -> Content:
    """What must be in a repository before this manifest can be.

    An index may name blobs too: BuildKit's cache does. Layers that lie elsewhere are left out.

    Raises:
        UnreachableError: it is no manifest of a known kind (`registry-garbled`).
    """
    try:
        document = json.loads(manifest.body)
        parts = [document[key] for key in ("config",) if key in document]
        parts += [*document.get("layers", ()), *document.get("manifests", ())]
        parts = [part for part in parts if not part.get("urls")]
        return Content(
            manifests=tuple(part["digest"] for part in parts if part["mediaType"] in _MANIFESTS),
            blobs=tuple(
                (part["digest"], part["size"]) for part in parts if part["mediaType"] not in _MANIFESTS
            ),
        )
    except (ValueError, LookupError, TypeError, AttributeError) as cause:
        raise UnreachableError(
            "registry-garbled",
            f"registry '{host}' sent a manifest of an unknown kind, '{manifest.media_type}'",
            hint="push the image again",
        ) from cause

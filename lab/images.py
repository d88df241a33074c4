"""Base images made of busybox alone, under the names that people write after FROM, with no network."""

import json
from collections.abc import Iterable, Mapping, Sequence

from lab import layers
from lab.door import MANIFEST, Door, digest_of
from lab.layers import Entry, Layer
from lab.registry import Registry

CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
DEFAULTS: dict[str, object] = {"Env": ["PATH=/usr/local/bin:/usr/bin:/bin"], "Cmd": ["/bin/sh"]}
CREATED = "2020-01-01T00:00:00Z"
COMMON = (
    "alpine:3.22",
    "busybox:1.37",
    "busybox:latest",
    "debian:12",
    "debian:12-slim",
    "golang:1.25",
    "nginx:1.29",
    "node:22-slim",
    "python:3.12",
    "python:3.12-slim",
)


def seed(registry: Registry, names: Iterable[str] = COMMON) -> dict[str, str]:
    """The digest of each image after it was pushed; `busybox:1.37` is pushed as `library/busybox:1.37`.

    An engine whose mirror is this registry resolves `FROM busybox:1.37` to it.
    """
    return {name: push_image(registry, name if "/" in name else f"library/{name}") for name in names}


def push_image(
    registry: Registry, name: str, *, config: Mapping[str, object] | None = None, revision: int = 1
) -> str:
    """The digest of an image of busybox after it was pushed; the same arguments always give the same one.

    Args:
        registry: where to push it.
        name: repository and tag (default: latest) in that registry.
        config: more of an OCI image's `config`: Env, OnBuild, User, WorkingDir, Labels, ...
        revision: another number gives another image under the same name, as when a tag moves.
    """
    stamp = layers.pack({"etc/image": Entry(content=f"{name} {revision}\n".encode())})
    return push_layers(registry, name, (layers.busybox(), stamp), config=config)


def push_layers(
    registry: Registry, name: str, content: Sequence[Layer], *, config: Mapping[str, object] | None = None
) -> str:
    """The digest of an image of these layers after it was pushed, its name and config as in `push_image`."""
    repository, _, tag = name.partition(":")
    image = _json(
        {
            "architecture": layers.architecture(),
            "os": "linux",
            "created": CREATED,
            "config": DEFAULTS | dict(config or {}),
            "rootfs": {"type": "layers", "diff_ids": [layer.diff_id for layer in content]},
            "history": [{"created": CREATED, "created_by": "lab"} for _ in content],
        }
    )
    with Door(registry, repository) as door:
        for blob in (*(layer.blob for layer in content), image):
            door.push_blob(blob)
        return door.push_manifest(tag or "latest", _manifest(image, content))


def _manifest(image: bytes, content: Iterable[Layer]) -> bytes:
    return _json(
        {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": _descriptor(CONFIG, image),
            "layers": [_descriptor(LAYER, layer.blob) for layer in content],
        }
    )


def _descriptor(media_type: str, blob: bytes) -> dict[str, object]:
    return {"mediaType": media_type, "digest": digest_of(blob), "size": len(blob)}


def _json(value: object) -> bytes:
    return json.dumps(value, sort_keys=True).encode()

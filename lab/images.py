"""Base images made of busybox alone, under the names that people write after FROM, with no network."""

import http.client
import json
from base64 import b64encode
from collections.abc import Iterable, Mapping
from contextlib import closing
from urllib.parse import urlsplit

from lab import layers
from lab.layers import Entry, Layer, digest_of
from lab.registry import Registry

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
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
    repository, _, tag = name.partition(":")
    content = [layers.busybox(), layers.pack({"etc/image": Entry(content=f"{name} {revision}\n".encode())})]
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
    with closing(_Door(registry, repository)) as door:
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


class _Door:
    """One repository of a registry, for writing."""

    def __init__(self, registry: Registry, repository: str) -> None:
        self._connection = http.client.HTTPConnection(registry.host, timeout=60)
        self._path = f"/v2/{repository}"
        self._headers = {}
        if registry.login:
            self._headers["Authorization"] = "Basic " + b64encode(":".join(registry.login).encode()).decode()

    def close(self) -> None:
        """The connection is gone."""
        self._connection.close()

    def push_blob(self, blob: bytes) -> None:
        """The repository has the blob."""
        digest = digest_of(blob)
        known = self._ask("HEAD", f"{self._path}/blobs/{digest}", {http.client.OK, http.client.NOT_FOUND})
        if known.status == http.client.OK:
            return
        upload = self._ask("POST", f"{self._path}/blobs/uploads/", {http.client.ACCEPTED})
        place = urlsplit(upload.headers["Location"])
        to = f"{place.path}?{place.query}&digest={digest}"
        self._ask("PUT", to, {http.client.CREATED}, blob, "application/octet-stream")

    def push_manifest(self, tag: str, manifest: bytes) -> str:
        """The digest of a manifest, which now has that tag."""
        self._ask("PUT", f"{self._path}/manifests/{tag}", {http.client.CREATED}, manifest, MANIFEST)
        return digest_of(manifest)

    def _ask(
        self, method: str, path: str, expected: set[int], body: bytes | None = None, media_type: str = ""
    ) -> http.client.HTTPResponse:
        headers = self._headers | ({"Content-Type": media_type} if media_type else {})
        self._connection.request(method, path, body, headers)
        response = self._connection.getresponse()
        said = response.read()
        if response.status not in expected:
            raise RuntimeError(f"the registry answered {response.status}: {said.decode(errors='replace')}")
        return response


def _descriptor(media_type: str, blob: bytes) -> dict[str, object]:
    return {"mediaType": media_type, "digest": digest_of(blob), "size": len(blob)}


def _json(value: object) -> bytes:
    return json.dumps(value, sort_keys=True).encode()

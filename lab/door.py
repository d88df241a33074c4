"""One repository of a registry, as whoever pushes to it and reads from it sees it."""

import hashlib
import http.client
import json
from base64 import b64encode
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from lab.registry import Registry

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
_DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
_DOCKER_INDEX = "application/vnd.docker.distribution.manifest.list.v2+json"
_READABLE = f"{MANIFEST}, {INDEX}, {_DOCKER_MANIFEST}, {_DOCKER_INDEX}"


class Door:
    """A way into a repository; leaving it closes the connection."""

    def __init__(self, registry: Registry, repository: str) -> None:
        self._connection = http.client.HTTPConnection(registry.host, timeout=60)
        self._path = f"/v2/{repository}"
        self._headers = {}
        if registry.login:
            self._headers["Authorization"] = "Basic " + b64encode(":".join(registry.login).encode()).decode()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def push_blob(self, blob: bytes) -> None:
        """The repository has the blob."""
        digest = digest_of(blob)
        status, _, _ = self._ask(
            "HEAD", f"{self._path}/blobs/{digest}", {http.client.OK, http.client.NOT_FOUND}
        )
        if status == http.client.OK:
            return
        _, headers, _ = self._ask("POST", f"{self._path}/blobs/uploads/", {http.client.ACCEPTED})
        place = urlsplit(headers["Location"])
        to = f"{place.path}?{place.query}&digest={digest}"
        self._ask("PUT", to, {http.client.CREATED}, blob, {"Content-Type": "application/octet-stream"})

    def mount_blob(self, digest: str, repository: str) -> None:
        """This repository has a blob that another one of the registry holds."""
        way = f"{self._path}/blobs/uploads/?mount={digest}&from={repository}"
        self._ask("POST", way, {http.client.CREATED})

    def push_manifest(self, tag: str, manifest: bytes) -> str:
        """The digest of a manifest, which now has that tag."""
        kind = {"Content-Type": MANIFEST}
        self._ask("PUT", f"{self._path}/manifests/{tag}", {http.client.CREATED}, manifest, kind)
        return digest_of(manifest)

    def blob(self, digest: str) -> bytes:
        """The blob of that digest."""
        return self._ask("GET", f"{self._path}/blobs/{digest}", {http.client.OK})[2]

    def manifest(self, name: str) -> dict[str, Any]:
        """The manifest of the image with that tag or digest; of an index, that of the first image in it."""
        path = f"{self._path}/manifests/{name}"
        found: dict[str, Any] = json.loads(
            self._ask("GET", path, {http.client.OK}, headers={"Accept": _READABLE})[2]
        )
        return self.manifest(found["manifests"][0]["digest"]) if "manifests" in found else found

    def _ask(
        self,
        method: str,
        path: str,
        expected: set[int],
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        self._connection.request(method, path, body, self._headers | (headers or {}))
        response = self._connection.getresponse()
        said = response.read()
        if response.status not in expected:
            raise RuntimeError(f"the registry answered {response.status}: {said.decode(errors='replace')}")
        return response.status, response.headers, said


def digest_of(blob: bytes) -> str:
    """The name under which a registry knows these bytes."""
    return f"sha256:{hashlib.sha256(blob).hexdigest()}"

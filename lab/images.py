"""Base images made of busybox alone, under the names that people write after FROM, with no network."""

import gzip
import hashlib
import http.client
import io
import json
import subprocess
import tarfile
from base64 import b64encode
from collections.abc import Iterable, Mapping
from functools import cache
from urllib.parse import urlsplit

from lab.packages import BUSYBOX
from lab.registry import Registry

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
CREATED = "2020-01-01T00:00:00Z"
FOLDERS = {
    "bin": 0o755,
    "etc": 0o755,
    "home": 0o755,
    "root": 0o700,
    "tmp": 0o1777,
    "usr": 0o755,
    "var": 0o755,
}
PASSWD = "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/home:/bin/false\n"
GROUP = "root:x:0:\nnogroup:x:65534:\n"


def seed(registry: Registry, names: Iterable[str]) -> dict[str, str]:
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
    layers = [_busybox_layer(), _layer({"etc/image": (f"{name} {revision}\n".encode(), 0o644)})]
    image = {
        "architecture": _architecture(),
        "os": "linux",
        "created": CREATED,
        "config": {"Env": ["PATH=/usr/local/bin:/usr/bin:/bin"], "Cmd": ["/bin/sh"], **(config or {})},
        "rootfs": {"type": "layers", "diff_ids": [_digest(gzip.decompress(layer)) for layer in layers]},
        "history": [
            {"created": CREATED, "created_by": "busybox"},
            {"created": CREATED, "created_by": "name"},
        ],
    }
    image_json = json.dumps(image, sort_keys=True).encode()
    manifest = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": _descriptor(CONFIG, image_json),
        "layers": [_descriptor(LAYER, layer) for layer in layers],
    }
    door = _Door(registry, repository)
    for blob in (*layers, image_json):
        door.push_blob(blob)
    return door.push_manifest(tag or "latest", json.dumps(manifest, sort_keys=True).encode())


class _Door:
    """One repository of a registry, for writing."""

    def __init__(self, registry: Registry, repository: str) -> None:
        address, port = registry.host.split(":")
        self._connection = http.client.HTTPConnection(address, int(port), timeout=60)
        self._path = f"/v2/{repository}"
        self._headers = {}
        if registry.login:
            self._headers["Authorization"] = "Basic " + b64encode(":".join(registry.login).encode()).decode()

    def push_blob(self, blob: bytes) -> None:
        if self._ask("HEAD", f"{self._path}/blobs/{_digest(blob)}", None, {}).status == http.client.OK:
            return
        upload = self._ask("POST", f"{self._path}/blobs/uploads/", None, {})
        place = urlsplit(self._expect(upload, http.client.ACCEPTED).headers["Location"])
        put = self._ask(
            "PUT",
            f"{place.path}?{place.query}&digest={_digest(blob)}",
            blob,
            {"Content-Type": "application/octet-stream"},
        )
        self._expect(put, http.client.CREATED)

    def push_manifest(self, tag: str, manifest: bytes) -> str:
        put = self._ask("PUT", f"{self._path}/manifests/{tag}", manifest, {"Content-Type": MANIFEST})
        self._expect(put, http.client.CREATED)
        return _digest(manifest)

    def _ask(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> http.client.HTTPResponse:
        self._connection.request(method, path, body, self._headers | headers)
        response = self._connection.getresponse()
        self._said = response.read()
        return response

    def _expect(self, response: http.client.HTTPResponse, status: int) -> http.client.HTTPResponse:
        if response.status != status:
            raise RuntimeError(
                f"the registry answered {response.status}: {self._said.decode(errors='replace')}"
            )
        return response


@cache
def _busybox_layer() -> bytes:
    """A layer with a shell and all that goes with it."""
    busybox = BUSYBOX.read_bytes()
    listed = subprocess.run([BUSYBOX, "--list"], capture_output=True, text=True, check=True).stdout.split()
    links = {f"bin/{name}": "busybox" for name in listed if name != "busybox"}
    files = {
        "bin/busybox": (busybox, 0o755),
        "etc/passwd": (PASSWD.encode(), 0o644),
        "etc/group": (GROUP.encode(), 0o644),
    }
    return _layer(files, folders=FOLDERS, links=links)


def _layer(
    files: Mapping[str, tuple[bytes, int]],
    *,
    folders: Mapping[str, int] | None = None,
    links: Mapping[str, str] | None = None,
) -> bytes:
    """A gzipped tar, the same bytes every time."""
    output = io.BytesIO()
    with tarfile.open(fileobj=output, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, mode in sorted((folders or {}).items()):
            _add(tar, name, tarfile.DIRTYPE, mode)
        for name, (content, mode) in sorted(files.items()):
            _add(tar, name, tarfile.REGTYPE, mode, content)
        for name, target in sorted((links or {}).items()):
            _add(tar, name, tarfile.SYMTYPE, 0o777, target=target)
    return gzip.compress(output.getvalue(), compresslevel=6, mtime=0)


def _add(
    tar: tarfile.TarFile, name: str, kind: bytes, mode: int, content: bytes = b"", *, target: str = ""
) -> None:
    member = tarfile.TarInfo(name)
    member.type, member.mode, member.size, member.linkname = kind, mode, len(content), target
    tar.addfile(member, io.BytesIO(content))


def _descriptor(media_type: str, blob: bytes) -> dict[str, object]:
    return {"mediaType": media_type, "digest": _digest(blob), "size": len(blob)}


def _digest(blob: bytes) -> str:
    return f"sha256:{hashlib.sha256(blob).hexdigest()}"


def _architecture() -> str:
    """This machine's, as an image config calls it."""
    words = ["dpkg", "--print-architecture"]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()

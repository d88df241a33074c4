"""What an image holds, as a container of it would see it; two images compared by that.

Times are left out, and so is how the content is spread over layers.
"""

import hashlib
import io
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Self

import msgspec

from lab.door import Door
from lab.registry import Registry

_DELETED = ".wh."
_ALL_DELETED = ".wh..wh..opq"
_XATTR = "SCHILY.xattr."
_PLATFORM = ("architecture", "os", "variant")
_KINDS = {
    tarfile.REGTYPE: "file",
    tarfile.DIRTYPE: "folder",
    tarfile.SYMTYPE: "link",
    tarfile.FIFOTYPE: "fifo",
    tarfile.CHRTYPE: "character device",
    tarfile.BLKTYPE: "block device",
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Node:
    """What a name leads to; hard links lead to the same one."""

    kind: str
    mode: str
    owner: str
    target: str
    device: tuple[int, int]
    attributes: tuple[tuple[str, str], ...]
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """The files of an image, and what its config says to those who run it.

    Attributes:
        paths: for each path, in order, its facts by name.
        config: the platform, and the part of the config that a container gets.
    """

    paths: Mapping[str, Mapping[str, Any]]
    config: Mapping[str, Any]

    @classmethod
    def read(cls, registry: Registry, name: str) -> Self:
        """The image of that repository and tag, or digest, in a registry."""
        repository, _, version = name.partition("@") if "@" in name else name.rpartition(":")
        with Door(registry, repository) as door:
            manifest = door.manifest(version)
            said = msgspec.json.decode(door.blob(manifest["config"]["digest"]), type=dict[str, Any])
            nodes: dict[str, _Node] = {}
            for layer in manifest["layers"]:
                _add_layer(nodes, door.blob(layer["digest"]), layer["mediaType"])
        platform = {key: said[key] for key in _PLATFORM if key in said}
        return cls(paths=_paths(nodes), config=platform | said.get("config", {}))


def differences(one: Image, other: Image) -> tuple[str, ...]:
    """Where two images differ, a line for each fact, as `PATH: FACT is A and B`; empty where they do not."""
    found = [f"config: {line}" for line in _differing(one.config, other.config)]
    for path in sorted({*one.paths, *other.paths}):
        if path not in one.paths or path not in other.paths:
            found.append(f"{path}: only in the {'second' if path in other.paths else 'first'}")
            continue
        found += [f"{path}: {line}" for line in _differing(one.paths[path], other.paths[path])]
    return tuple(found)


def _differing(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    names = sorted({*one, *other})
    return [
        f"{name} is {one.get(name)!r} and {other.get(name)!r}"
        for name in names
        if one.get(name) != other.get(name)
    ]


def _add_layer(nodes: dict[str, _Node], blob: bytes, media_type: str) -> None:
    """Lays a layer over those below it.

    Raises:
        ValueError: it is packed in a way that is not read here.
    """
    if not media_type.endswith(("tar", "gzip")):
        raise ValueError(f"a layer of type '{media_type}' cannot be read here")
    added: set[str] = set()
    with tarfile.open(fileobj=io.BytesIO(blob), errors="surrogateescape") as tar:
        for member in tar:
            path = PurePosixPath("/", member.name)
            if path.name == _ALL_DELETED:
                _remove(nodes, str(path.parent), added, itself=False)
            elif path.name.startswith(_DELETED):
                _remove(nodes, str(path.with_name(path.name.removeprefix(_DELETED))), added, itself=True)
            else:
                _add(nodes, str(path), tar, member)
                added.add(str(path))


def _remove(nodes: dict[str, _Node], path: str, added: set[str], *, itself: bool) -> None:
    """Takes away what lower layers have at and below a path."""
    below = f"{path.rstrip('/')}/"
    for name in [name for name in nodes if name.startswith(below) or (itself and name == path)]:
        if name not in added:
            del nodes[name]


def _add(nodes: dict[str, _Node], path: str, tar: tarfile.TarFile, member: tarfile.TarInfo) -> None:
    if not member.isdir():
        _remove(nodes, path, set(), itself=True)
    if member.islnk():
        nodes[path] = nodes[str(PurePosixPath("/", member.linkname))]
        return
    file = tar.extractfile(member) if member.isreg() else None
    attributes = {
        key.removeprefix(_XATTR): value for key, value in member.pax_headers.items() if _XATTR in key
    }
    nodes[path] = _Node(
        kind=_KINDS[tarfile.REGTYPE if member.isreg() else member.type],
        mode=f"{member.mode & 0o7777:o}",
        owner=f"{member.uid}:{member.gid}",
        target=member.linkname,
        device=(member.devmajor, member.devminor),
        attributes=tuple(sorted(attributes.items())),
        content=hashlib.sha256(file.read()).hexdigest() if file else "",
    )


def _paths(nodes: Mapping[str, _Node]) -> dict[str, dict[str, Any]]:
    """For each path its facts, the other names of the same file among them."""
    names: dict[_Node, list[str]] = {}
    for path in sorted(nodes):
        names.setdefault(nodes[path], []).append(path)
    return {path: _facts(nodes[path], names[nodes[path]]) for path in sorted(nodes)}


def _facts(node: _Node, names: list[str]) -> dict[str, Any]:
    return {
        "kind": node.kind,
        "mode": node.mode,
        "owner": node.owner,
        "target": node.target,
        "device": node.device,
        "extended attributes": node.attributes,
        "content": node.content,
        "names": tuple(names),
    }

"""Base images of realistic size, packed once and kept with what the lab has fetched."""

import gzip
import hashlib
import json
import shutil
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

import lab
from lab import layers, packages
from lab.layers import Entry, Layer

LEVEL = 6  # what builders take for gzip
Fill = Callable[[tarfile.TarFile, int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """An image that Dockerfiles start from or mount: a shell and one layer of files.

    Attributes:
        name: after FROM, with its tag.
        made_of: another text for other files.
        fill: adds the files, given a power of two by which all is to be smaller, and a revision.
    """

    name: str
    made_of: str
    fill: Fill


def push_base(registry: lab.Registry, base: Base, *, shrink: int, revision: int) -> str:
    """The digest of a base after it was pushed; no other has its lowest layer, as with `python` and its slim.

    Args:
        shrink: everything is smaller by this power of two, where the base can be.
        revision: another number gives other files under the same name, as when a tag moves.

    Raises:
        LabUnavailableError: the files cannot be had here.
    """
    stamp = layers.pack({"etc/release": Entry(content=f"{base.name} {revision}\n".encode())})
    return lab.push_layers(
        registry, f"library/{base.name}", [stamp, layers.busybox(), _files(base, shrink, revision)]
    )


def add(tar: tarfile.TarFile, name: str, data: bytes, mode: int = 0o644) -> None:
    """Adds a file."""
    member = tarfile.TarInfo(name)
    member.mode, member.size = mode, len(data)
    tar.addfile(member, BytesIO(data))


def _files(base: Base, shrink: int, revision: int) -> Layer:
    """The layer with the files."""
    made_of = json.dumps([LEVEL, base.name, base.made_of, shrink, revision]).encode()
    folder = packages.folder() / "bases"
    path = folder / f"{hashlib.sha256(made_of).hexdigest()[:16]}.tar.gz"
    digest = path.with_suffix(".diff-id")
    if not digest.exists():
        folder.mkdir(parents=True, exist_ok=True)
        digest.write_text(_write(path, base, shrink, revision), encoding="ascii")
    return Layer(blob=path.read_bytes(), diff_id=digest.read_text(encoding="ascii"))


def _write(path: Path, base: Base, shrink: int, revision: int) -> str:
    """The digest of the tar that was packed into the file."""
    with TemporaryFile() as unpacked:
        with tarfile.open(fileobj=unpacked, mode="w", format=tarfile.PAX_FORMAT) as tar:
            base.fill(tar, shrink, revision)
        unpacked.seek(0)
        _pack(unpacked, path)
        unpacked.seek(0)
        return f"sha256:{hashlib.file_digest(unpacked, 'sha256').hexdigest()}"


def _pack(unpacked: IO[bytes], path: Path) -> None:
    with path.open("wb") as raw, gzip.GzipFile("", "wb", LEVEL, raw, mtime=0) as output:
        shutil.copyfileobj(unpacked, output, 1 << 20)

"""Base images of realistic size: a shell, two small tools, and very many files."""

import gzip
import hashlib
import json
import shutil
import tarfile
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

import lab
from bench.replay import content
from lab import layers, packages
from lab.layers import Entry, Layer

LEVEL = 6  # what builders take for gzip
MEGABYTE = 1 << 20
ARCHIVES = 8  # in a base, for its installer
VERSION = 2  # of what the functions here make of a base


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """An image that Dockerfiles start from.

    Attributes:
        name: after FROM.
        megabytes: of its files.
        files: how many.
    """

    name: str
    megabytes: float
    files: int


INSTALL = """\
#!/bin/sh
# install-packages LIST FOLDER: unpacks each `NAME VERSION MEGABYTES` of the list into very many small files.
set -eu
while read -r name version megabytes; do
    for number in $(seq "$megabytes"); do
        archive="/usr/share/archives/$(((number + megabytes) % ARCHIVES)).tar.gz"
        folder="$2/$name-$version/$number"
        mkdir -p "$folder"
        sha256sum "$archive" > "$folder/record"
        tar -x -z -f "$archive" -C "$folder"
    done
done < "$1"
"""
COMPILE = """\
#!/bin/sh
# compile-code FOLDER OUT MEGABYTES ROUNDS: works on the files of the folder for a while, and writes OUT.
set -eu
sum=$(find "$1" -type f | sort | xargs cat | sha256sum)
for _ in $(seq "$4"); do
    head -c "$((4 << 10 << 10 >> SHRINK))" /usr/share/pool | gzip | sha256sum > /dev/null
done
mkdir -p "$(dirname "$2")"
{ echo "$sum"; head -c "$(($3 << 10 << 10 >> SHRINK))" /usr/share/pool; } > "$2"
"""


def push_base(registry: lab.Registry, base: Base, *, shrink: int, revision: int) -> str:
    """The digest of a base after it was pushed.

    Args:
        shrink: everything is smaller by this power of two.
        revision: another number gives other files under the same name, as when a tag moves.
    """
    name = f"library/{base.name}"
    stamp = layers.pack({"etc/release": Entry(content=f"{base.name} {revision}\n".encode())})
    return lab.push_layers(registry, name, [layers.busybox(), _files(base, shrink, revision), stamp])


def _files(base: Base, shrink: int, revision: int) -> Layer:
    """The layer with the tools and the many files; made once and kept with what the lab has fetched."""
    made_of = json.dumps([VERSION, LEVEL, asdict(base), shrink, revision]).encode()
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
        _pack(unpacked, base, shrink, revision)
        unpacked.seek(0)
        with path.open("wb") as raw, gzip.GzipFile("", "wb", LEVEL, raw, mtime=0) as output:
            shutil.copyfileobj(unpacked, output, 1 << 20)
        unpacked.seek(0)
        return f"sha256:{hashlib.file_digest(unpacked, 'sha256').hexdigest()}"


def _pack(output: IO[bytes], base: Base, shrink: int, revision: int) -> None:
    size = int(base.megabytes * MEGABYTE) >> shrink
    with tarfile.open(fileobj=output, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, script in (("install-packages", INSTALL), ("compile-code", COMPILE)):
            text = script.replace("SHRINK", str(shrink)).replace("ARCHIVES", str(ARCHIVES))
            _add(tar, f"usr/local/bin/{name}", text.encode(), 0o755)
        _add(tar, "usr/share/pool", content.pool(), 0o644)
        for number in range(ARCHIVES):
            _add(tar, f"usr/share/archives/{number}.tar.gz", _archive(number, shrink), 0o644)
        many = content.files(f"{base.name} {revision}", count=max(base.files >> shrink, 1), size=size)
        for name, data in many:
            _add(tar, f"usr/lib/{name}", data, 0o644)


def _archive(number: int, shrink: int) -> bytes:
    """A megabyte of small files, packed."""
    output = BytesIO()
    with tarfile.open(fileobj=output, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, data in content.files(
            f"archive {number}", count=80 >> shrink or 1, size=MEGABYTE >> shrink
        ):
            _add(tar, name, data, 0o644)
    return gzip.compress(output.getvalue(), LEVEL, mtime=0)


def _add(tar: tarfile.TarFile, name: str, data: bytes, mode: int) -> None:
    member = tarfile.TarInfo(name)
    member.mode, member.size = mode, len(data)
    tar.addfile(member, BytesIO(data))

"""Layers of an image, the same bytes every time on machines with the same busybox."""

import gzip
import io
import subprocess
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from lab.door import digest_of
from lab.packages import BUSYBOX

ACCOUNTS = "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/home:/bin/false\n"
GROUPS = "root:x:0:\nnogroup:x:65534:\n"
FOLDERS = {
    "bin": 0o755,
    "etc": 0o755,
    "home": 0o755,
    "root": 0o700,
    "tmp": 0o1777,
    "usr": 0o755,
    "var": 0o755,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """A layer as a registry keeps it.

    Attributes:
        blob: the gzipped tar.
        diff_id: the digest of the tar.
    """

    blob: bytes
    diff_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a path in a layer is."""

    content: bytes = b""
    mode: int = 0o644
    kind: bytes = tarfile.REGTYPE
    target: str = ""


@cache
def busybox() -> Layer:
    """A shell, all that goes with it, and the files that programs look for in any system."""
    listed = subprocess.run([BUSYBOX, "--list"], capture_output=True, text=True, check=True).stdout.split()
    folders = {name: Entry(kind=tarfile.DIRTYPE, mode=mode) for name, mode in FOLDERS.items()}
    link = Entry(kind=tarfile.SYMTYPE, mode=0o777, target="busybox")
    links = {f"bin/{name}": link for name in sorted(set(listed) - {"busybox"})}
    files = {
        "bin/busybox": Entry(content=BUSYBOX.read_bytes(), mode=0o755),
        "etc/passwd": Entry(content=ACCOUNTS.encode()),
        "etc/group": Entry(content=GROUPS.encode()),
    }
    return pack({**folders, **files, **links})


def pack(entries: Mapping[str, Entry]) -> Layer:
    """A layer with these paths, in this order, all of root's and as old as the epoch."""
    output = io.BytesIO()
    with tarfile.open(fileobj=output, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, entry in entries.items():
            member = tarfile.TarInfo(name)
            member.type, member.mode, member.linkname = entry.kind, entry.mode, entry.target
            member.size = len(entry.content)
            tar.addfile(member, io.BytesIO(entry.content))
    content = output.getvalue()
    return Layer(blob=gzip.compress(content, mtime=0), diff_id=digest_of(content))


@cache
def architecture() -> str:
    """This machine's, as an image config calls it."""
    words = ["dpkg", "--print-architecture"]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()

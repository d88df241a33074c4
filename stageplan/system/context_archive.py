"""A build context as the classic builder takes it: a tar, made piece by piece."""

import io
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO

_PIECE = 1 << 18


def context_archive(
    root: Path, names: Iterable[str], *, extra: Mapping[str, bytes] | None = None
) -> Iterator[bytes]:
    """A tar of these files, as `docker build` sends it: modes and times kept, owners left out.

    The engine's cache compares what the tar says, so nothing in it may depend on who builds.

    Args:
        root: the folder of the build context.
        names: files, folders and links below it; a folder stands for itself alone.
        extra: content for names that need not be below the folder: a Dockerfile from elsewhere.
    """
    added = extra or {}
    with tarfile.open(fileobj=io.BytesIO(), mode="w") as tar:
        for name in names:
            if name in added:
                continue
            entry = tar.gettarinfo(root / name, arcname=name)
            if entry is not None:  # a socket has no place in a tar
                yield from _member(entry, root / name)
    for name, content in added.items():
        entry = tarfile.TarInfo(name)
        entry.size = len(content)
        yield _header(entry)
        yield from _padded(io.BytesIO(content), entry.size)
    yield bytes(2 * tarfile.BLOCKSIZE)


def _member(entry: tarfile.TarInfo, path: Path) -> Iterator[bytes]:
    """One entry: its header, then the content of a file."""
    yield _header(entry)
    if entry.isreg():
        with path.open("rb") as file:
            yield from _padded(file, entry.size)


def _header(entry: tarfile.TarInfo) -> bytes:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    entry.mtime = int(entry.mtime)
    return entry.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")


def _padded(file: IO[bytes], size: int) -> Iterator[bytes]:
    """As many bytes as the header says, whatever happens to the file meanwhile, in whole blocks."""
    left = size
    while left:
        data = file.read(min(left, _PIECE)) or bytes(min(left, _PIECE))
        left -= len(data)
        yield data
    yield bytes(-size % tarfile.BLOCKSIZE)

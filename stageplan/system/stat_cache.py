"""Digests of files, kept between runs: a file that looks unchanged is not read again."""

import hashlib
import os
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from stageplan.context.framing import framed
from stageplan.context.tree import Entry
from stageplan.errors import UsageError
from stageplan.system.tree import stamp

_VERSION = 2
_PIECE = 1 << 18
_SETTLED_NS = 2_000_000_000
"""Two changes within one tick of a file system's clock look like one; no clock ticks slower than this."""
_MOST_KEPT = 200_000
_LARGE = 1 << 20
"""A file of this size takes longer to hash than to hand to another thread."""
_CAPABILITY = "security.capability"
_NOT_COPIED = ("security.", "system.")


class _Kept(msgspec.Struct, frozen=True, array_like=True, gc=False):
    stamp: tuple[int, ...]
    digest: bytes


class _Document(msgspec.Struct, frozen=True):
    version: int
    files: dict[bytes, _Kept]


class StatCache:
    """The SHA-256 of files below a directory, and of the attributes that a build copies with them."""

    def __init__(self, root: Path, kept_in: Path, *, now_ns: Callable[[], int] = time.time_ns) -> None:
        """Reads what is kept; a file that is not there, or is of another version, holds nothing.

        Args:
            root: the directory that entries' paths start from.
            kept_in: where the digests are kept; one such file for each directory.
            now_ns: the time, in nanoseconds since 1970.
        """
        self._root = os.fspath(root)
        self._kept_in = kept_in
        self._now_ns = now_ns
        self._known = _read(kept_in)
        self._used: dict[bytes, _Kept] = {}

    def __call__(self, entry: Entry) -> bytes:
        """The digest of a regular file; of a directory that of its attributes, or b"" where it has none.

        Raises:
            UsageError: it cannot be read (`unreadable`).
        """
        if entry.kind == "directory":
            return _digest(_attributes(f"{self._root}/{entry.path}"))
        key = entry.path.encode("utf-8", "surrogateescape")
        kept = self._used.get(key)
        if kept is None:
            kept = self._known.get(key)
            if kept is None or kept.stamp != entry.stamp:
                return self._hash_and_keep(key, entry)
            self._used[key] = kept
        return kept.digest if kept.stamp == entry.stamp else self._hash_and_keep(key, entry)

    def read_large(self, entries: Iterable[Entry]) -> None:
        """Reads the large files among these that are not known, several at once; the others come as asked.

        Raises:
            UsageError: one cannot be read (`unreadable`).
        """
        large = [entry for entry in entries if entry.kind == "file" and entry.stamp[0] >= _LARGE]
        if len(large) > 1:
            with ThreadPoolExecutor(os.cpu_count()) as pool:
                list(pool.map(self, large))

    def save(self) -> None:
        """Keeps what is known for the next run, where it can be written; it can all be found out again."""
        if self._used.items() <= self._known.items():
            return
        files = self._known | self._used
        if len(files) > _MOST_KEPT:  # most of them are of files that are gone
            files = self._used
        beside = self._kept_in.with_name(f".{self._kept_in.name}.{os.getpid()}")
        with suppress(OSError):  # not synced to the disk: a half-written file holds nothing
            self._kept_in.parent.mkdir(parents=True, exist_ok=True)
            beside.write_bytes(msgspec.msgpack.encode(_Document(version=_VERSION, files=files)))
            beside.replace(self._kept_in)

    def _hash_and_keep(self, key: bytes, entry: Entry) -> bytes:
        digest, seen = self._hash(entry)
        if seen == entry.stamp and self._is_settled(entry):
            self._used[key] = _Kept(stamp=entry.stamp, digest=digest)
        return digest

    def _is_settled(self, entry: Entry) -> bool:
        """Whether a later change of the file would have to show in its times."""
        return self._now_ns() - max(entry.stamp[1:3]) > _SETTLED_NS

    def _hash(self, entry: Entry) -> tuple[bytes, tuple[int, ...]]:
        """The digest of a file, and its stamp after it was read."""
        digest = hashlib.sha256()
        wanted = min(max(entry.stamp[:1], default=0) + 1, _PIECE)  # large buffers cost more than small files
        try:
            descriptor = os.open(f"{self._root}/{entry.path}", os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
            try:
                while piece := os.read(descriptor, wanted):
                    digest.update(piece)
                    if len(piece) < wanted:  # the last; should the file grow meanwhile, its stamp shows it
                        break
                attributes = _attributes(descriptor)
                seen = stamp(os.fstat(descriptor))
            finally:
                os.close(descriptor)
        except OSError as cause:
            raise UsageError(
                "unreadable",
                f"cannot read '{entry.path}' of the build context: {cause.strerror}",
                hint="change its mode, or leave it out with a .dockerignore",
            ) from cause
        return digest.digest() + _digest(attributes), seen


def _digest(attributes: bytes) -> bytes:
    return hashlib.sha256(attributes).digest() if attributes else b""


def _attributes(place: str | int) -> bytes:
    """The extended attributes that a build copies, as bytes; b"" where there are none.

    Args:
        place: a path, or an open file.
    """
    if not hasattr(os, "listxattr"):  # only Linux has them here
        return b""
    try:
        names = [
            name for name in os.listxattr(place) if name == _CAPABILITY or not name.startswith(_NOT_COPIED)
        ]
        pairs = [(os.fsencode(name), os.getxattr(place, name)) for name in sorted(names)]
    except OSError:  # the file system has none
        return b""
    return framed(*(part for pair in pairs for part in pair)) if pairs else b""


def _read(path: Path) -> dict[bytes, _Kept]:
    """What is kept in a file; nothing where it cannot be used, for all of it can be found out again."""
    try:
        document: Any = msgspec.msgpack.decode(path.read_bytes(), type=_Document)
    except (OSError, msgspec.DecodeError):
        return {}
    return document.files if document.version == _VERSION else {}

"""Digests of files, kept between runs: a file that looks unchanged is not read again."""

import hashlib
import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from stageplan.context.tree import Entry
from stageplan.errors import UsageError
from stageplan.system.files import write_atomically
from stageplan.system.tree import stamp

_VERSION = 1
_PIECE = 1 << 18
_SETTLED_NS = 2_000_000_000
"""Two changes within one tick of a file system's clock look like one; no clock ticks slower than this."""
_MOST_KEPT = 200_000


class _Kept(msgspec.Struct, frozen=True, array_like=True):
    stamp: tuple[int, ...]
    digest: bytes


class _Document(msgspec.Struct, frozen=True):
    version: int
    files: dict[bytes, _Kept]


class StatCache:
    """The SHA-256 of files below a directory."""

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
        """The digest of a regular file.

        Raises:
            UsageError: it cannot be read (`unreadable`).
        """
        key = os.fsencode(entry.path)
        kept = self._used.get(key) or self._known.get(key)
        if kept is not None and kept.stamp == entry.stamp:
            self._used[key] = kept
            return kept.digest
        digest, seen = self._hash(entry)
        if seen == entry.stamp and self._is_settled(entry):
            self._used[key] = _Kept(stamp=entry.stamp, digest=digest)
        return digest

    def save(self) -> None:
        """Keeps what is known for the next run, where it can be written; it can all be found out again."""
        if self._used.items() <= self._known.items():
            return
        files = self._known | self._used
        if len(files) > _MOST_KEPT:  # most of them are of files that are gone
            files = self._used
        with suppress(OSError, UsageError):
            self._kept_in.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(self._kept_in, msgspec.msgpack.encode(_Document(version=_VERSION, files=files)))

    def _is_settled(self, entry: Entry) -> bool:
        """Whether a later change of the file would have to show in its times."""
        return self._now_ns() - max(entry.stamp[1:3]) > _SETTLED_NS

    def _hash(self, entry: Entry) -> tuple[bytes, tuple[int, ...]]:
        """The digest of a file, and its stamp after it was read."""
        digest = hashlib.sha256()
        try:
            descriptor = os.open(f"{self._root}/{entry.path}", os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
            try:
                while piece := os.read(descriptor, _PIECE):
                    digest.update(piece)
                return digest.digest(), stamp(os.fstat(descriptor))
            finally:
                os.close(descriptor)
        except OSError as cause:
            raise UsageError(
                "unreadable",
                f"cannot read '{entry.path}' of the build context: {cause.strerror}",
                hint="change its mode, or leave it out with a .dockerignore",
            ) from cause


def _read(path: Path) -> dict[bytes, _Kept]:
    """What is kept in a file; nothing where it cannot be used, for all of it can be found out again."""
    try:
        document: Any = msgspec.msgpack.decode(path.read_bytes(), type=_Document)
    except (OSError, msgspec.DecodeError):
        return {}
    return document.files if document.version == _VERSION else {}

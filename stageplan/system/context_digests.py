"""What the instructions of a build read of its context, and of named contexts that are folders."""

import hashlib
import os
from pathlib import Path

from stageplan.context.files import Reading
from stageplan.context.reader import ContextReader
from stageplan.system.stat_cache import StatCache
from stageplan.system.tree import open_context

_FOR_CONTEXTS = "Dockerfile"
"""A folder that is a named context has no Dockerfile; its ignore file is the one in the folder."""


class ContextDigests:
    """Digests of what is read; each folder is walked, each file read and each question answered once."""

    def __init__(self, context: str, dockerfile: Path, cache: Path) -> None:
        """Reads nothing yet.

        Args:
            context: the build context; only a folder can be read.
            dockerfile: its Dockerfile, whose own ignore file wins.
            cache: the folder where digests of files are kept between runs.
        """
        self._context = context
        self._dockerfile = dockerfile
        self._cache = cache
        self._readers: dict[str | None, ContextReader | None] = {}
        self._caches: list[StatCache] = []

    def __call__(self, reading: Reading, context: str | None) -> str | None:
        """The digest of what is read; None where the context is no folder.

        Raises:
            DockerfileError: it names what is not there.
            UsageError: a file cannot be read.
        """
        reader = self._reader(context)
        return reader.digest(reading) if reader else None

    def entries(self, reading: Reading, context: str | None) -> dict[str, str]:
        """What is read, each path with a digest of its own; nothing where the context is no folder."""
        reader = self._reader(context)
        return reader.entries(reading) if reader else {}

    def save(self) -> None:
        """The digests of files are kept for the next run."""
        for cache in self._caches:
            cache.save()

    def _reader(self, context: str | None) -> ContextReader | None:
        if context not in self._readers:
            self._readers[context] = self._open(context)
        return self._readers[context]

    def _open(self, context: str | None) -> ContextReader | None:
        root = Path(self._context if context is None else context)
        if not root.is_dir():
            return None
        place = hashlib.sha256(os.fsencode(os.path.realpath(root))).hexdigest()
        cache = StatCache(root, self._cache / place)
        self._caches.append(cache)
        dockerfile = self._dockerfile if context is None else root / _FOR_CONTEXTS
        return ContextReader(open_context(root, dockerfile), cache, cache.read_large)

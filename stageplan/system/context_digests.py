"""What the instructions of a build read of its context, and of named contexts that are folders."""

import hashlib
import os
from pathlib import Path

from stageplan.context.digest import entry_record, selection_digest
from stageplan.context.files import Reading, select_files
from stageplan.context.selected import Selected
from stageplan.context.view import ContextView
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
        self._folders: dict[str | None, _Folder | None] = {}

    def __call__(self, reading: Reading, context: str | None) -> str | None:
        """The digest of what is read; None where the context is no folder.

        Raises:
            DockerfileError: it names what is not there.
            UsageError: a file cannot be read.
        """
        folder = self._folder(context)
        return folder.digest(reading) if folder else None

    def entries(self, reading: Reading, context: str | None) -> dict[str, str]:
        """What is read, each path with a digest of its own; nothing where the context is no folder."""
        folder = self._folder(context)
        return folder.entries(reading) if folder else {}

    def save(self) -> None:
        """The digests of files are kept for the next run."""
        for folder in self._folders.values():
            if folder:
                folder.hashes.save()

    def _folder(self, context: str | None) -> "_Folder | None":
        if context not in self._folders:
            root = Path(self._context if context is None else context)
            dockerfile = self._dockerfile if context is None else root / _FOR_CONTEXTS
            self._folders[context] = _Folder(root, dockerfile, self._cache) if root.is_dir() else None
        return self._folders[context]


class _Folder:
    """One folder as the build sees it."""

    def __init__(self, root: Path, dockerfile: Path, cache: Path) -> None:
        place = hashlib.sha256(os.fsencode(os.path.realpath(root))).hexdigest()
        self.hashes = StatCache(root, cache / place)
        self._view: ContextView = open_context(root, dockerfile)
        self._digests: dict[Reading, str] = {}

    def digest(self, reading: Reading) -> str:
        if reading not in self._digests:
            selected = self._selected(reading)
            self.hashes.read_large(item.entry for item in selected)
            self._digests[reading] = selection_digest(selected, self.hashes)
        return self._digests[reading]

    def entries(self, reading: Reading) -> dict[str, str]:
        return {
            item.path: hashlib.sha256(entry_record(item, self.hashes)).hexdigest()
            for item in self._selected(reading)
        }

    def _selected(self, reading: Reading) -> tuple[Selected, ...]:
        return select_files(self._view, reading)

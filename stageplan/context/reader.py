"""A build context that is asked many times what instructions read of it."""

import hashlib
from collections.abc import Callable, Iterable

from stageplan.context.digest import HashContent, entry_record, selection_digest
from stageplan.context.files import Reading, select_files
from stageplan.context.selected import Selected
from stageplan.context.tree import Entry
from stageplan.context.view import ContextView

Announce = Callable[[Iterable[Entry]], None]
"""Hears which entries will be asked for, so that several can be read at once."""


class ContextReader:
    """Digests of what instructions read; each question is answered once.

    Args:
        view: the context as the build sees it.
        hash_content: tells the content of a file or directory from every other.
        announce: hears what it will be asked.
    """

    def __init__(self, view: ContextView, hash_content: HashContent, announce: Announce) -> None:
        self._view = view
        self._hash_content = hash_content
        self._announce = announce
        self._digests: dict[Reading, str] = {}

    def digest(self, reading: Reading) -> str:
        """The digest of all that an instruction reads.

        Raises:
            DockerfileError: it names what is not there.
            UsageError: a file cannot be read.
        """
        if reading not in self._digests:
            self._digests[reading] = selection_digest(self._selected(reading), self._hash_content)
        return self._digests[reading]

    def entries(self, reading: Reading) -> dict[str, str]:
        """What an instruction reads, each path with a digest of its own.

        Raises:
            DockerfileError: it names what is not there.
            UsageError: a file cannot be read.
        """
        return {
            item.path: hashlib.sha256(entry_record(item, self._hash_content)).hexdigest()
            for item in self._selected(reading)
        }

    def _selected(self, reading: Reading) -> tuple[Selected, ...]:
        selected = select_files(self._view, reading)
        self._announce(item.entry for item in selected)
        return selected

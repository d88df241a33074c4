"""A build context that is asked many times what instructions read of it."""

import hashlib
from collections.abc import Callable, Iterable

from stageplan.context.digest import HashContent, entry_record, records_digest
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
        self._records: dict[str, bytes] = {}

    def digest(self, reading: Reading) -> str:
        """The digest of all that an instruction reads.

        Raises:
            DockerfileError: it names what is not there.
            UsageError: a file cannot be read.
        """
        if reading not in self._digests:
            self._digests[reading] = records_digest([self._record(item) for item in self._selected(reading)])
        return self._digests[reading]

    def entries(self, reading: Reading) -> dict[str, str]:
        """What an instruction reads, each path with a digest of its own.

        Raises:
            DockerfileError: it names what is not there.
            UsageError: a file cannot be read.
        """
        return {item.path: hashlib.sha256(self._record(item)).hexdigest() for item in self._selected(reading)}

    def _record(self, item: Selected) -> bytes:
        """What is hashed of an entry; many instructions read the same ones, mostly under their own path."""
        if item.path != item.entry.path:
            return entry_record(item, self._hash_content)
        record = self._records.get(item.path)
        if record is None:
            record = self._records[item.path] = entry_record(item, self._hash_content)
        return record

    def _selected(self, reading: Reading) -> tuple[Selected, ...]:
        selected = select_files(self._view, reading)
        self._announce(item.entry for item in selected)
        return selected

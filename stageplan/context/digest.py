"""The digest of what an instruction reads of the build context."""

import hashlib
from collections.abc import Callable, Iterable

from stageplan.context.framing import framed
from stageplan.context.selected import Selected
from stageplan.context.tree import Entry

HashFile = Callable[[Entry], bytes]
"""The SHA-256 of a file's content."""

_LINK_MODE = 0o777


def selection_digest(selected: Iterable[Selected], hash_file: HashFile) -> str:
    """`sha256:` and the digest of paths, kinds, modes, link targets and contents; not of owners and times.

    Args:
        selected: in the order in which `select_files` gives it.
        hash_file: asked once for each regular file.
    """
    digest = hashlib.sha256()
    for item in selected:
        digest.update(_record(item, hash_file))
    return f"sha256:{digest.hexdigest()}"


def _record(item: Selected, hash_file: HashFile) -> bytes:
    """One entry as bytes that no other entry has."""
    entry = item.entry
    mode = _LINK_MODE if entry.kind == "symlink" else entry.mode  # a link's own mode differs between systems
    return framed(
        item.path.encode("utf-8", "surrogateescape"),
        entry.kind.encode(),
        f"{mode:o}".encode(),
        entry.link.encode("utf-8", "surrogateescape"),
        hash_file(entry) if entry.kind == "file" else b"",
    )

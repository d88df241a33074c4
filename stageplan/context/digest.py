"""The digest of what an instruction reads of the build context."""

import hashlib
import struct
from collections.abc import Callable, Iterable

from stageplan.context.selected import Selected
from stageplan.context.tree import Entry, Kind

HashContent = Callable[[Entry], bytes]
"""What tells the content of a file or directory from every other: a digest, or b"" where there is none."""

_LINK_MODE = 0o777
_KINDS: dict[Kind, int] = {"file": 1, "directory": 2, "symlink": 3, "socket": 4, "other": 5}
_HAS_CONTENT = frozenset({"file", "directory"})
_HEADER = struct.Struct(">BIQQB")


def selection_digest(selected: Iterable[Selected], hash_content: HashContent) -> str:
    """`sha256:` and the digest of paths, kinds, modes, link targets and contents; not of owners and times.

    Args:
        selected: in the order in which `select_files` gives it.
        hash_content: asked once for each regular file and each directory.
    """
    return records_digest(entry_record(item, hash_content) for item in selected)


def records_digest(records: Iterable[bytes]) -> str:
    """`sha256:` and the digest of the records of entries, in their order."""
    return f"sha256:{hashlib.sha256(b''.join(records)).hexdigest()}"


def entry_record(item: Selected, hash_content: HashContent) -> bytes:
    """One entry as bytes that no other entry has: first a header with the length of each part."""
    entry = item.entry
    kind = entry.kind
    mode = _LINK_MODE if kind == "symlink" else entry.mode  # a link's own mode differs between systems
    path = item.path.encode("utf-8", "surrogateescape")
    link = entry.link.encode("utf-8", "surrogateescape")
    content = hash_content(entry) if kind in _HAS_CONTENT else b""
    return _HEADER.pack(_KINDS[kind], mode, len(path), len(link), len(content)) + path + link + content

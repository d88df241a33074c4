"""The files of a folder as git knows them: at a revision, or in the work tree.

Both leave out what git leaves out, and take modes as git keeps them, so that the two can be compared: a fresh
clone in CI holds nothing else.
"""

import hashlib
import os
import stat
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from stageplan.context.tree import Entry
from stageplan.system.files import read_bytes
from stageplan.system.git import Git

_LINK, _RUNNABLE, _PLAIN, _MODULE = "120000", "100755", "100644", "160000"
_FOLDER_MODE = 0o755


@dataclass(frozen=True, slots=True, kw_only=True)
class GitFiles:
    """A tree, and what its files hold.

    Attributes:
        entries: all that lies in a folder, by the folder's path, sorted by name.
        contents: the digest of each file, by path: git's own name for what it holds.
    """

    entries: Mapping[str, tuple[Entry, ...]]
    contents: Mapping[str, bytes]

    def children(self, directory: str) -> tuple[Entry, ...]:
        """What lies in a directory, sorted by name."""
        return self.entries.get(directory, ())

    def content(self, entry: Entry) -> bytes:
        """The digest of a file; nothing for all else."""
        return self.contents.get(entry.path, b"")


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """A file: its path from the folder, git's mode, the name of what it holds, where a link leads."""

    path: str
    mode: str
    name: str
    link: str = ""


def files_at(git: Git, revision: str) -> GitFiles | None:
    """The files of git's folder at a revision; None where git does not know it."""
    listing = git.tree(revision)
    if listing is None:
        return None
    files = [_listed(line) for line in listing]
    return _tree(_with_link(file, git) for file in files)


def work_files(git: Git, folder: Path) -> GitFiles | None:
    """The files of the work tree, changes and new files among them; None where git knows no such folder."""
    index = git.index()
    if index is None:
        return None
    changed = set(git.changed())
    files = [_staged(line) for line in index]
    kept = [_with_link(file, git) for file in files if file.path not in changed]
    new = [file for path in sorted({*changed, *git.untracked()}) if (file := _on_disk(folder, path))]
    return _tree((*kept, *new))


def _listed(line: str) -> _File:
    """A line of `git ls-tree`: mode, kind, name, a tab, path."""
    facts, _, path = line.partition("\t")
    mode, _, name = facts.split(" ")
    return _File(path=path, mode=mode, name=name)


def _staged(line: str) -> _File:
    """A line of `git ls-files --stage`: mode, name, stage, a tab, path."""
    facts, _, path = line.partition("\t")
    mode, name, _ = facts.split(" ")
    return _File(path=path, mode=mode, name=name)


def _with_link(file: _File, git: Git) -> _File:
    if file.mode != _LINK:
        return file
    link = (git.blob(file.name) or b"").decode("utf-8", "surrogateescape")
    return _File(path=file.path, mode=file.mode, name=file.name, link=link)


def _on_disk(folder: Path, path: str) -> _File | None:
    """A file as it lies there; None where it is gone."""
    place = folder / path
    try:
        status = place.lstat()
        if stat.S_ISLNK(status.st_mode):
            link = os.readlink(place)  # noqa: PTH115 - as bytes that are no UTF-8 allow
            return _File(path=path, mode=_LINK, name=_blob_name(os.fsencode(link)), link=link)
        if not stat.S_ISREG(status.st_mode):
            return None
        mode = _RUNNABLE if status.st_mode & stat.S_IXUSR else _PLAIN
        return _File(path=path, mode=mode, name=_blob_name(place.read_bytes()))
    except OSError:
        return None


def _blob_name(data: bytes) -> str:
    """Git's name for a file that holds this."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def _tree(files: Iterable[_File]) -> GitFiles:
    """The files in their folders."""
    folders: dict[str, dict[str, Entry]] = {"": {}}
    contents: dict[str, bytes] = {}
    for file in files:
        parent, _, name = file.path.rpartition("/")
        _add_folder(folders, parent)
        folders[parent][name] = _entry(file)
        contents[file.path] = file.name.encode()
    return GitFiles(
        entries={path: tuple(entries[name] for name in sorted(entries)) for path, entries in folders.items()},
        contents=contents,
    )


def _add_folder(folders: dict[str, dict[str, Entry]], path: str) -> None:
    """The folder and all above it."""
    if path not in folders:
        parent, _, name = path.rpartition("/")
        _add_folder(folders, parent)
        folders[path] = {}
        folders[parent][name] = Entry(path=path, kind="directory", mode=_FOLDER_MODE)


def _entry(file: _File) -> Entry:
    if file.mode == _LINK:
        return Entry(path=file.path, kind="symlink", mode=0o777, link=file.link)
    if file.mode == _MODULE:  # a clone leaves it empty
        return Entry(path=file.path, kind="directory", mode=_FOLDER_MODE)
    return Entry(path=file.path, kind="file", mode=int(file.mode[-3:], 8))


def disk_content(folder: Path) -> Callable[[Entry], bytes]:
    """Says what files of a folder hold that git may know nothing of, in the same way."""

    def content(entry: Entry) -> bytes:
        return _blob_name(read_bytes(folder / entry.path)).encode() if entry.kind == "file" else b""

    return content

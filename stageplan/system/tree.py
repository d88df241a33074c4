"""A build context on disk, and the ignore file that belongs to it."""

import os
import stat
from operator import attrgetter
from pathlib import Path

from stageplan.context.ignore import DEFAULT_NAME, OWN_SUFFIX, IgnoreFile, choose_ignore_file
from stageplan.context.tree import UNREADABLE, Entry, Kind, join
from stageplan.context.view import ContextView
from stageplan.errors import UsageError

_KINDS: dict[int, Kind] = {
    stat.S_IFREG: "file",
    stat.S_IFDIR: "directory",
    stat.S_IFLNK: "symlink",
    stat.S_IFSOCK: "socket",
}
_NAME = attrgetter("name")


class DiskTree:
    """A directory on disk as a tree."""

    def __init__(self, root: Path) -> None:
        self._root = os.fspath(root)

    def children(self, directory: str) -> tuple[Entry, ...]:
        """What lies in a directory, sorted by name.

        Raises:
            UsageError: it cannot be read (`unreadable`).
        """
        try:
            with os.scandir(f"{self._root}/{directory}") as listing:
                items = sorted(listing, key=_NAME)
            start = join(directory, "")
            return tuple([_entry(start + item.name, item) for item in items])
        except OSError as cause:
            raise UsageError(
                UNREADABLE,
                f"cannot read '{directory or self._root}' of the build context: {cause.strerror}",
                hint="change its mode, or leave it out with a .dockerignore",
            ) from cause


def _entry(path: str, item: os.DirEntry[str]) -> Entry:
    status = item.stat(follow_symlinks=False)
    mode = status.st_mode
    kind = _KINDS.get(stat.S_IFMT(mode), "other")
    link = os.readlink(item) if kind == "symlink" else ""  # noqa: PTH115 - a Path takes three times as long
    return Entry(path=path, kind=kind, mode=stat.S_IMODE(mode), link=link, stamp=stamp(status))


def stamp(status: os.stat_result) -> tuple[int, ...]:
    """What changes when a file's content does: size, both times, and which file it is."""
    return (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)


def open_context(root: Path, dockerfile: Path) -> ContextView:
    """The build context as the build sees it.

    Args:
        root: its directory.
        dockerfile: the Dockerfile, whose own ignore file wins.

    Raises:
        UsageError: the ignore file cannot be read (`unreadable`) or has a line that is no pattern.
    """
    return ContextView(DiskTree(root), read_ignore_file(root, dockerfile))


def own_ignore_file(dockerfile: Path) -> Path:
    """Where the ignore file lies that belongs to one Dockerfile alone."""
    return dockerfile.with_name(dockerfile.name + OWN_SUFFIX)


def read_ignore_file(root: Path, dockerfile: Path) -> IgnoreFile:
    """The ignore file that holds for a build.

    Raises:
        UsageError: it cannot be read (`unreadable`) or has a line that is no pattern.
    """
    own = own_ignore_file(dockerfile)
    default = root / DEFAULT_NAME
    return choose_ignore_file(
        own_path=os.fspath(own),
        own_text=_text(own),
        context_path=os.fspath(default),
        context_text=_text(default),
    )


def _text(path: Path) -> str | None:
    """What a file holds, or None where there is no file."""
    try:
        return path.read_bytes().decode("utf-8", "surrogateescape")
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None
    except OSError as cause:
        raise UsageError(
            UNREADABLE, f"cannot read '{path}': {cause.strerror}", hint="check its owner and mode"
        ) from cause

"""The build context as the build sees it: without what its ignore file leaves out, with links followed."""

import posixpath
from collections.abc import Iterable

from stageplan.context.ignore import NOTHING_IGNORED, IgnoreFile, IgnoreRule
from stageplan.context.path_patterns import Inherited
from stageplan.context.tree import ROOT, UNREADABLE, Entry, Tree, join
from stageplan.errors import UsageError

_MOST_LINKS = 255


class TooManyLinksError(ValueError):
    """Links that lead to each other."""


class ContextView:
    """What a build sees of a tree. Directories are read when they are asked for, and once."""

    def __init__(self, tree: Tree, ignore: IgnoreFile = NOTHING_IGNORED) -> None:
        self._tree = tree
        self._seen: dict[str, dict[str, Entry]] = {}
        self._inherited: dict[str, Inherited] = {ROOT: ()}
        self._ignore = ignore

    def children(self, directory: str) -> tuple[Entry, ...]:
        """What the build sees in a directory, sorted by name; an ignored directory only for what it holds."""
        return tuple(self._listing(directory).values())

    def entry(self, path: str) -> Entry | None:
        """What the build sees at a path, links not followed; None where it sees nothing.

        Args:
            path: without links on the way; "" gives None, for the root is no entry.
        """
        directory, _, name = path.rpartition("/")
        if directory:
            parent = self.entry(directory)
            if parent is None or parent.kind != "directory":
                return None
        return self._listing(directory).get(name)

    def follow(self, path: str) -> str:
        """The path without links to which a path leads; a link out of the context ends at its root.

        Raises:
            TooManyLinksError: the links go round in circles.
        """
        followed = ROOT
        waiting = _parts(path)
        links = 0
        while waiting:
            part = waiting.pop()
            if part == "..":
                followed = followed.rpartition("/")[0]
                continue
            followed = join(followed, part)
            entry = self.entry(followed)
            if entry is None or entry.kind != "symlink":
                continue
            links += 1
            if links > _MOST_LINKS:
                raise TooManyLinksError
            followed = ROOT if entry.link.startswith("/") else followed.rpartition("/")[0]
            waiting += _parts(entry.link)
        return followed

    def link(self, path: str) -> Entry | None:
        """The link at a path, links on the way to it followed; None where no link is.

        Raises:
            TooManyLinksError: as `follow` does.
        """
        directory, _, name = path.rpartition("/")
        entry = self.entry(join(self.follow(directory), name))
        return entry if entry and entry.kind == "symlink" else None

    def hidden_by(self, path: str) -> IgnoreRule | None:
        """The rule that hides what lies at a path; None where nothing lies there, or nothing hides it.

        Raises:
            TooManyLinksError: as `follow` does.
        """
        whole = ContextView(self._tree)
        followed = whole.follow(path)
        if self.entry(followed) is not None or whole.entry(followed) is None:
            return None
        return self._ignore.deciding_rule(followed)

    def names(self, directory: str) -> Iterable[tuple[str, Entry]]:
        """What `children` gives, each with its name."""
        return self._listing(directory).items()

    def _listing(self, directory: str) -> dict[str, Entry]:
        """What the build sees in a directory, by name."""
        listing = self._seen.get(directory)
        if listing is None:
            entries = self._tree.children(directory)
            start = len(join(directory, ""))
            listing = {entry.path[start:]: entry for entry in entries if self._is_seen(entry, directory)}
            self._seen[directory] = listing
        return listing

    def _is_seen(self, entry: Entry, directory: str) -> bool:
        ignored, inherited = self._ignore.match(entry.path, self._inherited[directory])
        if entry.kind == "directory":
            self._inherited[entry.path] = inherited
        if not ignored:
            return True
        return (
            entry.kind == "directory"
            and self._ignore.may_show_in(entry.path)
            and self._holds_something_seen(entry.path)
        )

    def _holds_something_seen(self, directory: str) -> bool:
        """Whether an exception shows something in an ignored directory; an unreadable one shows nothing."""
        try:
            return bool(self._listing(directory))
        except UsageError as error:
            if error.rule != UNREADABLE:
                raise
            self._seen[directory] = {}
            return False


def _parts(path: str) -> list[str]:
    """The parts of a path, the first one last; `..` that nothing stands before is left out."""
    cleaned = posixpath.normpath(path).lstrip("/")
    return [part for part in reversed(cleaned.split("/")) if part not in ("", ".")]

"""The files of a build context, as far as they are asked for."""

from typing import Literal, Protocol

import msgspec

Kind = Literal["file", "directory", "symlink", "socket", "other"]
ROOT = ""
UNREADABLE = "unreadable"
"""The rule of the error for a directory that may not be read."""


class Entry(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A file, a directory or a link. A context has tens of thousands, and a dataclass takes 20 times as long.

    Attributes:
        path: from the context's root, with `/`; bytes that are no UTF-8 as lone surrogates.
        kind: what it is.
        mode: its permission bits, with setuid, setgid and sticky.
        link: where a symlink leads, as it is written; "" for all else.
        stamp: what a disk says of its state; while it is the same, the content is.
    """

    path: str
    kind: Kind
    mode: int
    link: str = ""
    stamp: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.path.rpartition("/")[2]


class Tree(Protocol):
    """A directory and all that is in it."""

    def children(self, directory: str) -> tuple[Entry, ...]:
        """What lies in a directory, sorted by name.

        Args:
            directory: a directory's path; "" for the root.

        Raises:
            UsageError: it cannot be read (`UNREADABLE`).
        """


def join(directory: str, name: str) -> str:
    """The path of a name in a directory."""
    return f"{directory}/{name}" if directory else name

"""What git knows of a folder; None for each answer where there is no git, no repository, or no such thing."""

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from stageplan.errors import UsageError
from stageplan.system.process import Processes

_REMOTE = "refs/remotes/origin/"


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteNames:
    """The branches and tags of a remote.

    Attributes:
        default: the branch that it calls its head; None where it has none.
        names: of branches and tags, in its order.
    """

    default: str | None
    names: tuple[str, ...]


class Git:
    """Asks git about one folder; every question is one process.

    Args:
        folder: the work tree, or a folder in it.
        processes: what starts git.
    """

    def __init__(self, folder: Path, processes: Processes) -> None:
        self._folder = folder
        self._processes = processes

    def branch(self) -> str | None:
        """The current branch, even before its first commit; None on a detached head."""
        name = self._line("symbolic-ref", "--quiet", "HEAD")
        return name.removeprefix("refs/heads/") if name else None

    def default_branch(self) -> str | None:
        """The branch that `origin` calls its head; a clone knows it, a fetched folder mostly not."""
        name = self._line("symbolic-ref", "--quiet", f"{_REMOTE}HEAD")
        return name.removeprefix(_REMOTE) if name else None

    def remote_names(self, remote: str) -> RemoteNames | None:
        """What a remote holds now; None where it does not answer."""
        words = ("ls-remote", "--symref", "--", remote, "HEAD", "refs/heads/*", "refs/tags/*")
        answer = self._ask(*words, env={"GIT_TERMINAL_PROMPT": "0"})
        if answer is None:
            return None
        default: str | None = None
        found: dict[str, None] = {}
        for line in answer.decode("utf-8", "surrogateescape").splitlines():
            left, _, name = line.partition("\t")
            if name == "HEAD" and left.startswith("ref: refs/heads/"):
                default = left.removeprefix("ref: refs/heads/")
            elif name.startswith(("refs/heads/", "refs/tags/")):
                found[name.split("/", 2)[2].removesuffix("^{}")] = None
        return RemoteNames(default=default, names=tuple(found))

    def sha(self) -> str | None:
        """The current commit, 40 digits."""
        return self._line("rev-parse", "--quiet", "--verify", "HEAD")

    def knows(self, revision: str) -> bool:
        """Whether a word names a commit."""
        words = ("rev-parse", "--quiet", "--verify", "--end-of-options", f"{revision}^{{commit}}")
        return self._line(*words) is not None

    def merge_base(self, revision: str, other: str = "HEAD") -> str | None:
        """The newest commit that two revisions share; None in too shallow a clone."""
        return self._line("merge-base", "--end-of-options", other, revision)

    def content(self, revision: str, path: str) -> bytes | None:
        """What a file, named from the folder, held at a revision."""
        return self._ask("cat-file", "blob", "--end-of-options", f"{revision}:./{path}")

    def export(self, revision: str, folder: Path) -> bool:
        """Writes the folder as it was at a revision into an empty one; False where git cannot.

        Files get the content and the modes that a checkout gives them here; an archive would leave some out.
        """
        top, prefix = self._line("rev-parse", "--show-toplevel"), self._line("rev-parse", "--show-prefix")
        if top is None:
            return False
        with tempfile.TemporaryDirectory() as aside:
            index = {"GIT_INDEX_FILE": f"{aside}/index", "GIT_WORK_TREE": top}
            tree = f"{revision}:{(prefix or '').rstrip('/')}"
            read = self._ask("read-tree", "--end-of-options", tree, env=index)
            return (
                read is not None
                and self._ask("-C", top, "checkout-index", "--all", f"--prefix={folder}/", env=index)
                is not None
            )

    def commit(self, revision: str) -> str | None:
        """The commit that a revision names, 40 digits."""
        return self._line("rev-parse", "--quiet", "--verify", "--end-of-options", f"{revision}^{{commit}}")

    def tree(self, revision: str) -> tuple[str, ...] | None:
        """The files of the folder at a revision, as `git ls-tree` tells them, paths from the folder."""
        return self._records("ls-tree", "-r", "-z", "--end-of-options", revision)

    def index(self) -> tuple[str, ...] | None:
        """The files of the folder that git keeps, as `git ls-files --stage` tells them."""
        return self._records("ls-files", "-z", "--stage")

    def changed(self) -> tuple[str, ...]:
        """The kept files of the folder that may be different in the work tree, or gone."""
        return self._records("diff-files", "-z", "--name-only", "--relative") or ()

    def untracked(self) -> tuple[str, ...]:
        """The files of the folder that git neither keeps nor leaves out."""
        return self._records("ls-files", "-z", "--others", "--exclude-standard") or ()

    def commits_of(self, path: str) -> tuple[str, ...]:
        """The commits that changed a file of the folder, the newest first, 40 digits each."""
        answer = self._ask("log", "--format=%H", "--end-of-options", "HEAD", "--", path) or b""
        return tuple(answer.decode().split())

    def blob(self, name: str) -> bytes | None:
        """What a file holds, by git's name for it."""
        return self._ask("cat-file", "blob", "--end-of-options", name)

    def _records(self, *words: str) -> tuple[str, ...] | None:
        """The records of an answer, each ended by a zero byte."""
        answer = self._ask(*words)
        if answer is None:
            return None
        return tuple(answer.decode("utf-8", "surrogateescape").split("\0")[:-1])

    def _line(self, *words: str) -> str | None:
        """The one line of an answer."""
        answer = self._ask(*words)
        return answer.decode("utf-8", "surrogateescape").rstrip("\n") or None if answer else None

    def _ask(self, *words: str, env: Mapping[str, str] | None = None) -> bytes | None:
        """What git writes, or None where it fails or is not installed."""
        try:
            whole = {**os.environ, **env} if env else None
            finished = self._processes.run(("git", *words), cwd=self._folder, env=whole)
        except UsageError:
            return None
        return finished.stdout if finished.code == 0 else None

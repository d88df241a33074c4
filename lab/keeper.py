"""A server that cannot outlive its owner: in namespaces of its own, alive as long as a pipe is open."""

import secrets
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from lab.packages import SYSTEM_PATH

# `cleanup` runs when the server has ended, for whatever reason: also when our own process was killed.
_OUTSIDE = 'cleanup=$1; shift; unshare --mount --pid --fork --mount-proc -- "$@"; eval "$cleanup"'

# The first process of a pid namespace: when it exits, the kernel kills whatever the server left running,
# and every mount that the server made goes with the mount namespace.
_INSIDE = """
if [ -n "$1" ]; then mount -t tmpfs -o "size=$2" stageplan-lab "$1" || exit; fi
shift 2
exec 3<&0
"$@" & server=$!
{ read -r _ <&3; kill -KILL $server; } &
wait $server
"""


def new_folder() -> Path:
    """A path that nothing has yet, for a server's files.

    It is short: a unix socket's path has at most 107 characters, and containerd puts some deep below it.
    """
    return Path(f"/tmp/sp-{secrets.token_hex(4)}")  # noqa: S108


class ServerError(Exception):
    """A server ended or did not answer; the last lines of its log."""


class Keeper:
    """One running server.

    Args:
        words: its command.
        log: the file for what it prints.
        path: the search path it runs with; nothing else of our environment reaches it.
        memory: a folder that becomes a tmpfs, seen by the server alone, and its size; or None.
        cleanup: shell text to run when the server has ended.
    """

    def __init__(
        self,
        words: Sequence[str],
        *,
        log: Path,
        path: str = SYSTEM_PATH,
        memory: tuple[Path, str] | None = None,
        cleanup: str = "",
    ) -> None:
        self._log = log
        mounted, size = memory or ("", "")
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [
                    "sh",
                    "-c",
                    _OUTSIDE,
                    "keeper",
                    cleanup,
                    "sh",
                    "-c",
                    _INSIDE,
                    "kept",
                    str(mounted),
                    size,
                    *words,
                ],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={"PATH": path, "HOME": "/root", "LANG": "C.UTF-8"},
                start_new_session=True,  # Ctrl-C is for our process, which then stops the server
            )

    def wait_until(self, ready: Callable[[], bool], *, seconds: float = 30) -> None:
        """Returns when `ready()` holds.

        Raises:
            ServerError: the server ended first, or the time is over; it is then stopped.
        """
        end = time.monotonic() + seconds
        while not ready():
            if self._process.poll() is not None or time.monotonic() > end:
                words = self._tail()
                self.close()
                raise ServerError(words)
            time.sleep(0.01)

    def close(self) -> None:
        """The server and all its children are gone and the cleanup has run."""
        if self._process.stdin:
            self._process.stdin.close()
        self._process.wait(timeout=60)

    def _tail(self) -> str:
        lines = (
            self._log.read_text(encoding="utf-8", errors="replace").splitlines() if self._log.exists() else []
        )
        return "\n".join(lines[-15:]) or "it said nothing"

"""Starts every process of stageplan, hands on what it writes, and leaves none behind."""

import os
import selectors
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from stageplan.errors import UsageError

OnLine = Callable[[bytes], None]

# How often a silent child is looked at: what it left running may hold its pipes open after its end.
_LOOK = 0.2
_PIECE = 65536


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """How a process ended.

    Attributes:
        code: its exit code; minus the signal that ended it.
        stdout: what it wrote there, unless a callback got it.
        stderr: the same.
    """

    code: int
    stdout: bytes
    stderr: bytes


class Processes:
    """Runs processes, each the leader of a group of its own; several threads may share one object.

    A group of its own keeps the terminal's Ctrl-C away from the child: `terminate_all` alone decides
    who stops and how long it may tidy up.

    Args:
        grace: seconds between asking a group to stop and killing it.
    """

    def __init__(self, *, grace: float = 5.0) -> None:
        self._grace = grace
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._stopping = False

    def run(
        self,
        words: Sequence[str],
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        stdin: bytes = b"",
        on_stdout: OnLine | None = None,
        on_stderr: OnLine | None = None,
    ) -> Finished:
        """How the process ended; by then its whole group is gone.

        Args:
            words: the program and its arguments.
            env: the whole environment; None for that of stageplan.
            cwd: where it runs.
            stdin: what it may read.
            on_stdout: gets each line as it comes, with its line end, on the calling thread.
            on_stderr: the same for the other stream.

        Raises:
            UsageError: the program cannot be started (`no-such-program`).
            KeyboardInterrupt: `terminate_all` came before the process could start.
        """
        stdout, stderr = _Lines(on_stdout), _Lines(on_stderr)
        child = self._start(words, env, cwd, stdin)
        with child:
            try:
                _read_until_the_end(child, stdout, stderr)
                child.wait()
            except BaseException:
                _stop((child,), self._grace)
                raise
            finally:
                _signal_group(child, signal.SIGKILL)
                with self._lock:
                    self._running.discard(child)
        return Finished(code=child.returncode, stdout=bytes(stdout.kept), stderr=bytes(stderr.kept))

    def terminate_all(self) -> None:
        """Stops every running process and lets no new one start; by its end all are gone."""
        with self._lock:
            self._stopping = True
            running = tuple(self._running)
        _stop(running, self._grace)

    def _start(
        self, words: Sequence[str], env: Mapping[str, str] | None, cwd: Path | None, stdin: bytes
    ) -> subprocess.Popen[bytes]:
        """The started child, known to `terminate_all` from its first moment."""
        with self._lock, tempfile.TemporaryFile() as source:
            if self._stopping:
                raise KeyboardInterrupt
            source.write(stdin)
            source.seek(0)
            try:
                child = subprocess.Popen(
                    list(words),
                    stdin=source,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    env=None if env is None else dict(env),
                    cwd=cwd,
                    process_group=0,
                )
            except OSError as cause:
                raise UsageError(
                    "no-such-program",
                    f"cannot start '{words[0]}': {(cause.strerror or str(cause)).lower()}",
                    hint=f"install '{words[0]}', or put its folder on PATH",
                ) from cause
            self._running.add(child)
            return child


class _Lines:
    """Cuts what comes from a pipe into lines for a callback; without one, keeps it."""

    def __init__(self, on_line: OnLine | None) -> None:
        self._on_line = on_line
        self.kept = bytearray()

    def feed(self, data: bytes) -> None:
        """Takes the next piece; an empty one is the end."""
        self.kept += data
        if self._on_line is None:
            return
        *lines, rest = self.kept.split(b"\n")
        for line in lines:
            self._on_line(bytes(line) + b"\n")
        if rest and not data:
            self._on_line(bytes(rest))
            rest = bytearray()
        self.kept = rest


def _read_until_the_end(child: subprocess.Popen[bytes], stdout: _Lines, stderr: _Lines) -> None:
    """Hands on both streams until they end, or until the child has and what it left falls silent."""
    ended = False
    with selectors.DefaultSelector() as selector:
        for pipe, lines in ((child.stdout, stdout), (child.stderr, stderr)):
            selector.register(cast("IO[bytes]", pipe), selectors.EVENT_READ, lines)
        while selector.get_map():
            ready = selector.select(_LOOK)
            for key, _ in ready:
                data = os.read(key.fd, _PIECE)
                key.data.feed(data)
                if not data:
                    selector.unregister(key.fileobj)
            if not ready and ended:
                break  # the group is killed: only a daemon of another group holds the pipe open
            if not ready and child.poll() is not None:
                ended = True
                _signal_group(child, signal.SIGKILL)


def _stop(children: Sequence[subprocess.Popen[bytes]], grace: float) -> None:
    """Asks each group to stop, kills what has not by then, and waits for all leaders."""
    for child in children:
        _signal_group(child, signal.SIGINT)
    deadline = time.monotonic() + grace
    for child in children:
        with suppress(subprocess.TimeoutExpired):
            child.wait(max(0.0, deadline - time.monotonic()))
        _signal_group(child, signal.SIGKILL)
        child.wait()


def _signal_group(child: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Sends a signal to the child and all it started, where any of them is left."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, number)

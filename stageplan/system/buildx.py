"""Runs docker's command line for the executor."""

import os
from collections.abc import Mapping, Sequence

from stageplan.run.ports import OnLine
from stageplan.system.process import Processes


class DockerCommands:
    """Docker's command line, in the environment of stageplan.

    Args:
        processes: where its processes run.
        base: the whole environment they start from; None for that of stageplan.
    """

    def __init__(self, processes: Processes, *, base: Mapping[str, str] | None = None) -> None:
        self._processes = processes
        self._base = dict(os.environ if base is None else base)

    def run(self, words: Sequence[str], environment: Mapping[str, str], on_line: OnLine) -> int:
        """The exit code of the command; each line of both its streams goes to `on_line`."""
        env = self._base | dict(environment)
        return self._processes.run(words, env=env, on_stdout=on_line, on_stderr=on_line).code

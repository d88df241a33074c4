"""Docker's command line with settings of its own, for one engine or builder."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from lab import packages

PASSED_ON = ("TMPDIR", "COVERAGE_PROCESS_START", "COVERAGE_FILE")  # what a client may see of our environment


class CommandError(Exception):
    """A client of an engine failed; its words, exit code and output."""


class Client:
    """What runs beside an engine or a builder, and reaches it by its environment.

    Args:
        prefix: where the suite of docker's command line is.
        folder: whose `config` and `home` are the client's.
        further: variables of the environment besides its usual ones.
    """

    def __init__(self, prefix: Path, folder: Path, further: Mapping[str, str]) -> None:
        self._prefix = prefix
        self._folder = folder
        self._further = dict(further)

    @property
    def env(self) -> dict[str, str]:
        """A whole environment, with none of the CI or Docker variables of ours."""
        path = f"{self._prefix}/usr/bin:{os.environ.get('PATH', packages.SYSTEM_PATH)}"
        return {name: os.environ[name] for name in PASSED_ON if name in os.environ} | {
            "PATH": path,
            "HOME": str(self._folder / "home"),
            "LANG": "C.UTF-8",
            "DOCKER_CONFIG": str(self._folder / "config"),
            "DOCKER_CLI_HINTS": "false",
            **self._further,
        }

    def run(
        self,
        *words: str | Path,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        stdin: str = "",
        check: bool = True,
    ) -> subprocess.CompletedProcess[str]:
        """What a program printed that ran in this environment and without a terminal.

        Raises:
            CommandError: it failed, and `check` holds.
        """
        result = subprocess.run(
            words,
            cwd=cwd,
            env=self.env | dict(env or {}),
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )
        if check and result.returncode:
            command = " ".join(map(str, words))
            raise CommandError(f"'{command}' exited with {result.returncode}\n{result.stdout}{result.stderr}")
        return result

    def lay_out(self) -> None:
        """The client's folders are there, with the buildx plugin."""
        for name in ("config/cli-plugins", "home"):
            (self._folder / name).mkdir(parents=True)
        plugin = self._folder / "config/cli-plugins/docker-buildx"
        plugin.symlink_to(self._prefix / "usr/libexec/docker/cli-plugins/docker-buildx")
        (self._folder / "config/config.json").write_text("{}", encoding="utf-8")

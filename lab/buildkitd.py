"""A BuildKit of its own, beside any engine: what a remote builder is before its first build."""

import json
import shutil
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from lab import packages
from lab.client import Client
from lab.engine import Engine, memory_is_plenty
from lab.go_programs import BUILDKITD, go_program
from lab.keeper import Keeper, new_folder

NAME: Final = "standalone"


class BuildKit:
    """A running buildkitd with data of its own.

    Args:
        mirror: a registry that stands in for Docker Hub, as `HOST:PORT`.
    """

    def __init__(self, *, mirror: str | None = None) -> None:
        prefix = packages.prefix(packages.engine_suite())  # it brings runc, too
        self._program = go_program(BUILDKITD)
        self._mirror = mirror
        self._folder = new_folder()
        nowhere = f"unix://{self._folder / 'no-engine.sock'}"
        self._client = Client(prefix, self._folder, {"DOCKER_HOST": nowhere, "BUILDX_BUILDER": NAME})
        self._keeper: Keeper | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def env(self) -> dict[str, str]:
        """A whole environment for clients that build with it, and reach no engine."""
        return self._client.env

    def run(
        self,
        *words: str | Path,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        check: bool = True,
    ) -> subprocess.CompletedProcess[str]:
        """What a program printed that ran in that environment.

        Raises:
            CommandError: it failed, and `check` holds.
        """
        return self._client.run(*words, cwd=cwd, env=env, check=check)

    @property
    def address(self) -> str:
        """Where it listens; the same after a `wipe`."""
        return f"unix://{self._socket}"

    def start(self) -> None:
        """It answers, with nothing in it."""
        if self._keeper:
            return
        shutil.rmtree(self._folder, ignore_errors=True)
        (self._folder / "data").mkdir(parents=True)
        self._folder.chmod(0o700)
        self._client.lay_out()
        settings = self._folder / "buildkitd.toml"
        settings.write_text(self._settings(), encoding="utf-8")
        self._keeper = Keeper(
            [str(self._program), "--config", str(settings)],
            log=self._folder / "buildkitd.log",
            memory=(self._folder / "data", "60%") if memory_is_plenty() else None,
            cleanup=f"rm -rf '{self._folder}'",
        )
        self._keeper.wait_until(self._answers)
        self.attach()

    def stop(self) -> None:
        """Nothing of it is left: no process, mount or file."""
        if self._keeper:
            self._keeper.close()
            self._keeper = None

    def wipe(self) -> None:
        """The same address with a fresh BuildKit behind it."""
        self.stop()
        self.start()

    def attach(self, engine: Engine | None = None) -> None:
        """A client knows it as a builder with the remote driver.

        Args:
            engine: whose client; None: that of its own, which has no engine.
        """
        client = engine or self._client
        client.run("docker", "buildx", "create", "--name", NAME, "--driver", "remote", self.address)

    @property
    def _socket(self) -> Path:
        return self._folder / "buildkitd.sock"

    def _settings(self) -> str:
        """Its settings; a container shares the network of the machine, for there is no bridge."""
        lines = [
            f"root = {json.dumps(str(self._folder / 'data'))}",
            "[grpc]",
            f"address = [{json.dumps(self.address)}]",
            "[worker.oci]",
            "enabled = true",
            'networkMode = "host"',
            "[worker.containerd]",
            "enabled = false",
        ]
        if self._mirror:
            lines += ['[registry."docker.io"]', f"mirrors = [{json.dumps(self._mirror)}]"]
            lines += [f"[registry.{json.dumps(self._mirror)}]", "http = true"]
        return "\n".join(lines) + "\n"

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as connection:
            try:
                connection.connect(str(self._socket))
            except OSError:
                return False
            return True

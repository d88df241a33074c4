"""A Docker Engine with nothing in it: what a CI runner is before its first build."""

import http.client
import json
import shutil
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from lab import network, packages
from lab.client import PASSED_ON, Client, CommandError
from lab.keeper import Keeper, new_folder

__all__ = ["PASSED_ON", "CommandError", "Engine"]

MEMORY_NEEDED = 6 << 20  # in KiB


class Engine:
    """A running dockerd with data, containers, network and client settings of its own.

    Args:
        suite: which engine, see `lab.packages`.
        containerd_store: keep images in containerd's store, else in the classic one.
        mirror: a registry that stands in for Docker Hub, as `http://HOST:PORT`.
        in_memory: keep the data in memory; default: where there is plenty.
    """

    def __init__(
        self,
        suite: packages.Suite = "sid",
        *,
        containerd_store: bool = True,
        mirror: str | None = None,
        in_memory: bool | None = None,
    ) -> None:
        self.suite = suite
        self.containerd_store = containerd_store
        self._mirror = mirror
        self._in_memory = memory_is_plenty() if in_memory is None else in_memory
        self._prefix = packages.prefix(suite)
        self._folder = new_folder()
        self._client = Client(self._prefix, self._folder, {"DOCKER_HOST": self.host})
        self._keeper: Keeper | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def host(self) -> str:
        """What DOCKER_HOST says to reach it; the same after a `wipe`."""
        return f"unix://{self._socket}"

    @property
    def env(self) -> dict[str, str]:
        """A whole environment for its clients, with none of the CI or Docker variables of ours."""
        return self._client.env

    def run(
        self,
        *words: str | Path,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        stdin: str = "",
        check: bool = True,
    ) -> subprocess.CompletedProcess[str]:
        """What a program printed that ran with this engine's environment and no terminal.

        Raises:
            CommandError: it failed, and `check` holds.
        """
        return self._client.run(*words, cwd=cwd, env=env, stdin=stdin, check=check)

    def start(self) -> None:
        """The engine answers, with nothing in it."""
        if self._keeper:
            return
        self._lay_out()
        bridge = network.bridge()
        settings = self._folder / "dockerd.json"
        settings.write_text(json.dumps(self._settings(bridge)), encoding="utf-8")
        self._keeper = Keeper(
            ["dockerd", "--config-file", str(settings)],
            log=self._folder / "dockerd.log",
            path=f"{self._prefix}/usr/sbin:{self._prefix}/usr/bin:{packages.SYSTEM_PATH}",
            memory=(self._folder / "data", "60%") if self._in_memory else None,
            cleanup=self._removal(bridge),
        )
        self._keeper.wait_until(self._answers)

    def stop(self) -> None:
        """Nothing of the engine is left: no process, mount, interface or file."""
        if self._keeper:
            self._keeper.close()
            self._keeper = None

    def wipe(self) -> None:
        """The same address with a fresh engine behind it, and fresh client settings: the next CI runner."""
        self.stop()
        self.start()

    @property
    def _socket(self) -> Path:
        return self._folder / "docker.sock"

    def _lay_out(self) -> None:
        """The engine's folder: its data, and its client's settings with the buildx plugin."""
        shutil.rmtree(self._folder, ignore_errors=True)  # of a start that failed
        for name in ("data", "exec"):
            (self._folder / name).mkdir(parents=True)
        self._folder.chmod(0o700)
        self._client.lay_out()

    def _settings(self, bridge: network.Bridge) -> dict[str, object]:
        """What dockerd is told; it neither forwards packets nor touches the machine's firewall."""
        return {
            "hosts": [self.host],
            "data-root": str(self._folder / "data"),
            "exec-root": str(self._folder / "exec"),
            "pidfile": str(self._folder / "dockerd.pid"),
            "bridge": bridge.name,
            "iptables": False,
            "ip6tables": False,
            "ip-forward": False,
            "ip-masq": False,
            "features": {"containerd-snapshotter": self.containerd_store},
            "registry-mirrors": [self._mirror] if self._mirror else [],
            "cgroup-parent": f"/{self._folder.name}",
            "exec-opts": ["native.cgroupdriver=cgroupfs"],  # systemd would not know the pids of our namespace
        }

    def _removal(self, bridge: network.Bridge) -> str:
        """Shell text that removes what outlives the processes."""
        cgroups = f"find /sys/fs/cgroup -depth -type d -path '*/{self._folder.name}*' -exec rmdir {{}} +"
        return f"{bridge.removal}; {cgroups}; rm -rf '{self._folder}'"

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(5)
            try:
                connection.connect(str(self._socket))
                connection.sendall(b"GET /_ping HTTP/1.0\r\n\r\n")
                response = http.client.HTTPResponse(connection)
                response.begin()
            except (OSError, http.client.HTTPException):
                return False
            return response.status == http.client.OK


def memory_is_plenty() -> bool:
    """Whether the images of a test fit in memory beside whatever else runs."""
    lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    sizes = {line.split(":")[0]: int(line.split()[1]) for line in lines}
    return sizes["MemAvailable"] > MEMORY_NEEDED

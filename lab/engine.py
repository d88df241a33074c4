"""A Docker Engine with nothing in it: what a CI runner is before its first build."""

import http.client
import json
import os
import shutil
import socket
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from lab import network, packages
from lab.keeper import Keeper

MEMORY_NEEDED = 6 << 30
PASSED_ON = ("TMPDIR", "COVERAGE_PROCESS_START", "COVERAGE_FILE")  # what a child of a test may see of ours


class Engine:
    """A running dockerd with data, containers, network and client settings of its own.

    Args:
        suite: which engine, see `lab.packages`.
        containerd_store: keep images in containerd's store, else in the classic one.
        mirror: a registry that stands in for Docker Hub, as `http://HOST:PORT`.
        insecure: registries that are not on loopback and speak plain HTTP, as `HOST:PORT`.
        in_memory: keep the data in memory; default: where there is plenty.
    """

    def __init__(
        self,
        suite: packages.Suite = "sid",
        *,
        containerd_store: bool = True,
        mirror: str | None = None,
        insecure: tuple[str, ...] = (),
        in_memory: bool | None = None,
    ) -> None:
        self.suite = suite
        self.containerd_store = containerd_store
        self._mirror = mirror
        self._insecure = insecure
        self._in_memory = _memory_is_plenty() if in_memory is None else in_memory
        self._prefix = packages.prefix(suite)
        # A short path: a unix socket's has at most 107 characters, and containerd puts some deep below it.
        self._folder = Path(tempfile.mkdtemp(prefix="sp-engine-", dir="/tmp"))  # noqa: S108
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
        """What DOCKER_HOST says to reach it."""
        return f"unix://{self._socket}"

    @property
    def env(self) -> dict[str, str]:
        """A whole environment for its clients, with none of the CI or Docker variables of ours."""
        path = f"{self._prefix}/usr/bin:{os.environ.get('PATH', packages.SYSTEM_PATH)}"
        passed_on = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        return passed_on | {
            "PATH": path,
            "HOME": str(self._folder / "home"),
            "LANG": "C.UTF-8",
            "DOCKER_HOST": self.host,
            "DOCKER_CONFIG": str(self._folder / "config"),
            "DOCKER_CLI_HINTS": "false",
        }

    def start(self) -> None:
        """The engine answers, with nothing in it."""
        if self._keeper:
            return
        self._folder.mkdir(exist_ok=True)
        bridge = network.bridge()
        self._lay_out(bridge)
        data = self._folder / "data"
        self._keeper = Keeper(
            ["dockerd", "--config-file", str(self._folder / "dockerd.json")],
            log=self._folder / "dockerd.log",
            path=f"{self._prefix}/usr/sbin:{self._prefix}/usr/bin:{packages.SYSTEM_PATH}",
            memory=(data, "60%") if self._in_memory else None,
            cleanup=f"{bridge.removal}; rm -rf '{self._folder}'",
        )
        self._keeper.wait_until(self._answers)

    def stop(self) -> None:
        """Nothing of the engine is left: no process, mount, interface or file."""
        if self._keeper:
            self._keeper.close()
            self._keeper = None
        shutil.rmtree(self._folder, ignore_errors=True)

    def wipe(self) -> None:
        """The same address with a fresh engine behind it, and fresh client settings: the next CI runner."""
        self.stop()
        self.start()

    @property
    def _socket(self) -> Path:
        return self._folder / "docker.sock"

    def _lay_out(self, bridge: network.Bridge) -> None:
        """The engine's folder: its settings, its client's settings with the buildx plugin, its data."""
        for name in ("config/cli-plugins", "home", "data", "exec"):
            (self._folder / name).mkdir(parents=True)
        plugin = self._folder / "config/cli-plugins/docker-buildx"
        plugin.symlink_to(self._prefix / "usr/libexec/docker/cli-plugins/docker-buildx")
        (self._folder / "config/config.json").write_text("{}", encoding="utf-8")
        (self._folder / "dockerd.json").write_text(json.dumps(self._settings(bridge)), encoding="utf-8")

    def _settings(self, bridge: network.Bridge) -> dict[str, object]:
        """dockerd's own settings; it neither forwards packets nor touches the machine's firewall."""
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
            "insecure-registries": list(self._insecure),
        }

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


def _memory_is_plenty() -> bool:
    """Whether the images of a test fit in memory beside whatever else runs."""
    return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") > MEMORY_NEEDED

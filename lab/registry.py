"""A registry of our own on loopback, or behind a wire of limited rate whose bytes are counted."""

import http.client
import json
import re
import shutil
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Self

from lab import network, packages
from lab.keeper import Keeper, new_folder

LISTENING = re.compile(r'"listening on [^"]*:(\d+)"')
REQUEST = re.compile(r'\] "(\S+ \S+) HTTP/[^"]*" (\d+) ')


class Registry:
    """A running docker-registry in which manifests can be deleted.

    Args:
        read_only: refuse every write.
        deletes: let manifests be deleted.
        login: a user and password that it asks for, or None.
        throttle: put it behind a wire with this many Mbit/s each way, or None.
        holds: a registry whose content it begins with, or None.
    """

    def __init__(
        self,
        *,
        read_only: bool = False,
        deletes: bool = True,
        login: tuple[str, str] | None = None,
        throttle: int | None = None,
        holds: "Registry | None" = None,
    ) -> None:
        packages.prefix(packages.engine_suite())
        self.read_only = read_only
        self._deletes = deletes
        self.login = login
        self._throttle = throttle
        self._folder = new_folder()
        self._wire: network.Wire | None = None
        self._keeper: Keeper | None = None
        self._port = 0
        if holds is not None:
            shutil.copytree(holds.storage, self.storage)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def host(self) -> str:
        """`ADDRESS:PORT`, as a ref begins."""
        return f"{self._wire.address if self._wire else '127.0.0.1'}:{self._port}"

    @property
    def url(self) -> str:
        """Where it is, for an engine's mirror."""
        return f"http://{self.host}"

    @property
    def bytes_down(self) -> int:
        """What has come out of a throttled registry so far, headers of every frame included."""
        return self._counted().bytes_down

    @property
    def bytes_up(self) -> int:
        """What has gone into a throttled registry so far, headers of every frame included."""
        return self._counted().bytes_up

    def requests(self) -> tuple[str, ...]:
        """What it was asked and answered so far, in order, as `HEAD /v2/app/manifests/main 404`."""
        log = self._log.read_text(encoding="utf-8", errors="replace")
        return tuple(f"{request} {status}" for request, status in REQUEST.findall(log))

    def start(self) -> None:
        """It answers; after a `stop`, at the same address and with what it held."""
        if self._keeper:
            return
        self._folder.mkdir(mode=0o700, exist_ok=True)
        if self._throttle and not self._wire:
            self._wire = network.wire(self._throttle)
        self._settings_file.write_text(json.dumps(self._settings()), encoding="utf-8")
        self._kept.unlink(missing_ok=True)
        enter = ["ip", "netns", "exec", self._wire.name] if self._wire else []
        self._keeper = Keeper(
            [*enter, "docker-registry", "serve", str(self._settings_file)],
            log=self._log,
            cleanup=f"[ -e '{self._kept}' ] || {{ {self._removal}; }}",
        )
        self._keeper.wait_until(self._answers)

    def stop(self) -> None:
        """It is out of reach and keeps what it holds."""
        if self._keeper:
            self._kept.touch()
            self._keeper.close()
            self._keeper = None

    def collect_garbage(self) -> None:
        """No blob is left that no manifest names; it does not answer meanwhile, so that no push loses one."""
        self.stop()
        words = ["docker-registry", "garbage-collect", str(self._settings_file)]
        subprocess.run(words, capture_output=True, check=True, env={"PATH": packages.SYSTEM_PATH})
        self.start()

    def blobs(self) -> dict[str, int]:
        """The bytes of all blobs that it keeps, manifests among them, by digest."""
        folder = self.storage / "docker/registry/v2/blobs/sha256"
        return {f"sha256:{data.parent.name}": data.stat().st_size for data in folder.glob("*/*/data")}

    def close(self) -> None:
        """Nothing of it is left: no process, interface or file."""
        self.stop()
        subprocess.run(["sh", "-c", self._removal], check=True, env={"PATH": packages.SYSTEM_PATH})

    @property
    def _log(self) -> Path:
        return self._folder / "registry.log"

    @property
    def storage(self) -> Path:
        """The folder of what it holds."""
        return self._folder / "storage"

    @property
    def _settings_file(self) -> Path:
        return self._folder / "registry.json"  # JSON is YAML

    @property
    def _kept(self) -> Path:
        """The file that says that the registry will start again."""
        return self._folder / "kept"

    @property
    def _removal(self) -> str:
        remove_wire = f"{self._wire.removal}; " if self._wire else ""
        return f"{remove_wire}rm -rf '{self._folder}'"

    def _settings(self) -> dict[str, object]:
        storage = {
            "filesystem": {"rootdirectory": str(self.storage)},
            "delete": {"enabled": self._deletes},
            "maintenance": {"readonly": {"enabled": self.read_only}},
        }
        settings: dict[str, object] = {
            "version": "0.1",
            "log": {"level": "info", "accesslog": {"disabled": False}},
            "storage": storage,
            "http": {"addr": self.host},
        }
        if self.login:
            settings["auth"] = {"htpasswd": {"realm": "lab", "path": str(self._write_login(*self.login))}}
        return settings

    def _write_login(self, user: str, password: str) -> Path:
        words = ["htpasswd", "-nbB", user, password]
        line = subprocess.run(
            words, capture_output=True, check=True, env={"PATH": packages.SYSTEM_PATH}
        ).stdout
        path = self._folder / "htpasswd"
        path.write_bytes(line)
        return path

    def _answers(self) -> bool:
        if not self._port:
            listening = LISTENING.search(self._log.read_text(encoding="utf-8"))
            if listening is None:
                return False
            self._port = int(listening[1])
        connection = http.client.HTTPConnection(self.host, timeout=5)
        try:
            connection.request("GET", "/v2/")
            return connection.getresponse().status in {http.client.OK, http.client.UNAUTHORIZED}
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _counted(self) -> network.Wire:
        if self._wire is None:
            raise ValueError("only a throttled registry counts its bytes")
        return self._wire

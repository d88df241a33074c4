"""The executor's doors to the machine, made of the real things."""

import shutil
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from stageplan.run.ports import ImagesPort, Ports
from stageplan.system.base_packer import BasePacker
from stageplan.system.buildx import DockerCommands
from stageplan.system.files import read_bytes
from stageplan.system.process import Processes
from stageplan.system.registry import Registry


def machine_ports(
    processes: Processes, *, images: ImagesPort | None = None, env: Mapping[str, str] | None = None
) -> Ports:
    """The doors to this machine.

    Args:
        processes: where docker's processes run.
        images: the engine's images, where a step of the plan needs them.
        env: the environment of docker; None for that of stageplan.
    """
    return Ports(
        buildx=DockerCommands(processes, base=env),
        registry=Registry(),
        packer=BasePacker(),
        images=images,
        files=Files(),
        clock=SystemClock(),
        stop=processes.terminate_all,
    )


class SystemClock:
    """The machine's time."""

    def monotonic(self) -> float:
        """Seconds since some moment."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Returns later."""
        time.sleep(seconds)


class Files:
    """The machine's files and folders."""

    def temporary_folder(self) -> str:
        """A new empty folder of our own."""
        return tempfile.mkdtemp(prefix="stageplan-")

    def remove(self, path: str) -> None:
        """Nothing is there."""
        there = Path(path)
        if there.is_dir() and not there.is_symlink():
            shutil.rmtree(there)
        else:
            there.unlink(missing_ok=True)

    def exists(self, path: str) -> bool:
        """Whether a file or folder is there."""
        return Path(path).exists()

    def read(self, path: str) -> bytes:
        """What the file holds."""
        return read_bytes(Path(path))

    def write(self, path: str, data: bytes) -> None:
        """The file holds the data."""
        Path(path).write_bytes(data)

    def make_parents(self, path: str) -> None:
        """The folder exists that the path lies in."""
        Path(path).parent.mkdir(parents=True, exist_ok=True)

    def replace(self, new: str, path: str) -> None:
        """The new file or folder stands at the path, and what stood there is gone.

        A folder cannot take the place of one that is not empty, so the old one is moved aside first.
        """
        old = Path(f"{path}.old")
        self.remove(str(old))
        if Path(path).is_dir():
            Path(path).rename(old)
        Path(new).replace(path)
        self.remove(str(old))

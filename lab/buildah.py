"""buildah and podman from Debian's packages, on machines that hold images of their own."""

import functools
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from lab import apt
from lab.client import PASSED_ON, CommandError
from lab.keeper import new_folder
from lab.packages import SYSTEM_PATH, LabUnavailableError, check_machine, lock
from lab.registry import Registry

PROGRAMS = ("buildah", "podman")

_STORAGE = """\
[storage]
driver = "overlay"
graphroot = "{folder}/root"
runroot = "{folder}/run"
"""

_REGISTRIES = """\
[[registry]]
location = "{hub}"
insecure = true
"""


@functools.cache
def install() -> None:
    """Both programs are on this machine, by apt where one is missing.

    Raises:
        LabUnavailableError: they cannot be installed here.
    """
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    if not missing:
        return
    check_machine()
    with lock():
        try:
            apt.install(missing)
        except apt.AptError as error:
            raise LabUnavailableError(f"cannot install {', '.join(missing)}: {error}") from error


class BuildahHost:
    """A machine with buildah and podman that holds no image, until something is built on it.

    Args:
        hub: the registry that base images come from; it speaks plain HTTP.
    """

    def __init__(self, hub: Registry) -> None:
        install()
        self.hub = hub
        self._folder = new_folder()

    def __enter__(self) -> Self:
        self.wipe()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def env(self) -> dict[str, str]:
        """A whole environment for what builds here, with none of the CI variables of ours."""
        return {name: os.environ[name] for name in PASSED_ON if name in os.environ} | {
            "PATH": os.environ.get("PATH", SYSTEM_PATH),
            "HOME": str(self._folder),
            "LANG": "C.UTF-8",
            "BUILDAH_ISOLATION": "chroot",
            "CONTAINERS_STORAGE_CONF": str(self._folder / "storage.conf"),
            "CONTAINERS_REGISTRIES_CONF": str(self._folder / "registries.conf"),
        }

    def localized(self, dockerfile: str) -> str:
        """The text with base images where this machine finds them without asking anybody else."""
        return dockerfile.replace("FROM busybox", f"FROM {self.hub.host}/library/busybox")

    def run(
        self, *words: str | Path, cwd: Path, env: Mapping[str, str] | None = None, check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        """What a program printed that ran on this machine.

        Raises:
            CommandError: it failed, and `check` holds.
        """
        result = subprocess.run(
            words, cwd=cwd, env=self.env | dict(env or {}), capture_output=True, text=True, check=False
        )
        if check and result.returncode:
            command = " ".join(map(str, words))
            raise CommandError(f"'{command}' exited with {result.returncode}\n{result.stdout}{result.stderr}")
        return result

    def wipe(self) -> None:
        """The next machine: it holds nothing."""
        self.stop()
        self._folder.mkdir(mode=0o700)
        for name, text in (("storage", _STORAGE), ("registries", _REGISTRIES)):
            written = text.format(folder=self._folder, hub=self.hub.host)
            (self._folder / f"{name}.conf").write_text(written, encoding="utf-8")

    def stop(self) -> None:
        """Nothing of it is left: no mount and no file."""
        mounts = Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()
        for line in reversed(mounts):
            point = line.split()[1]
            if Path(point).is_relative_to(self._folder):
                subprocess.run(["umount", "--lazy", point], capture_output=True, check=True)
        shutil.rmtree(self._folder, ignore_errors=True)

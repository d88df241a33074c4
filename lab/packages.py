"""The programs that the lab runs, fetched once: engines of other suites, small tools of its own."""

import fcntl
import functools
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from lab import apt

Suite = Literal["sid", "trixie"]

ENGINE = ("docker.io", "docker-cli", "docker-buildx", "containerd")
TOOLS = {  # program -> the package that has it
    "docker-registry": "docker-registry",
    "runc": "runc",
    "iptables": "iptables",
    "ip": "iproute2",
    "tc": "iproute2",
    "htpasswd": "apache2-utils",
}
BUSYBOX = Path("/bin/busybox")
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class LabUnavailableError(Exception):
    """Why this machine cannot run an engine of its own."""


def folder() -> Path:
    """Where fetched packages stay: $STAGEPLAN_LAB, else `.lab` in the project."""
    return Path(os.environ.get("STAGEPLAN_LAB") or Path(__file__).parent.parent / ".lab").absolute()


@functools.cache
def available() -> str | None:
    """None where the lab can run here (whatever it needs is then fetched), else the reason why not."""
    try:
        prefix("trixie")
    except LabUnavailableError as error:
        return str(error)
    return None


@functools.cache
def engine_suite() -> Suite:
    """The suite with the newest engine that can be had: sid, else trixie."""
    try:
        prefix("sid")
    except LabUnavailableError:
        return "trixie"
    return "sid"


@functools.cache
def prefix(suite: Suite) -> Path:
    """The folder with a suite's `usr/bin/docker` and what belongs to it; fetched where it is missing.

    Raises:
        LabUnavailableError: this machine is no Debian, we are not root, or apt cannot get the packages.
    """
    check_machine()
    wanted = folder() / suite
    with lock():
        _install_tools()
        if not wanted.is_dir():
            _fetch(suite, wanted)
    return wanted


def check_machine() -> None:
    """Nothing, where this machine is a Debian whose packages we may install.

    Raises:
        LabUnavailableError: it is not.
    """
    if sys.platform != "linux":
        raise LabUnavailableError("the lab needs Linux")
    if os.geteuid() != 0:
        raise LabUnavailableError("the lab needs root, to start a Docker Engine of its own")
    if platform.freedesktop_os_release().get("ID") != "debian":
        raise LabUnavailableError("the lab needs Debian, whose packages hold the engine")
    missing = [name for name in ("apt-get", "dpkg-deb", "unshare", "mount") if shutil.which(name) is None]
    if missing:
        raise LabUnavailableError(f"the lab needs {', '.join(missing)}, which is not on this machine")


def _install_tools() -> None:
    """Every tool on the machine, by apt where one is missing."""
    missing = {package for tool, package in TOOLS.items() if shutil.which(tool, path=SYSTEM_PATH) is None}
    if not _is_static(BUSYBOX):
        missing.add("busybox-static")
    if missing:
        try:
            apt.install(sorted(missing))
        except apt.AptError as error:
            raise LabUnavailableError(f"cannot install {', '.join(sorted(missing))}: {error}") from error


def _is_static(program: Path) -> bool:
    """Whether an ELF program names no interpreter, so that it runs in an image that holds nothing else."""
    return program.exists() and b"/ld-linux" not in program.read_bytes()[:4096]


def _fetch(suite: Suite, wanted: Path) -> None:
    """A suite's engine, unpacked beside its place and then renamed, so that a half one is never seen."""
    with tempfile.TemporaryDirectory(prefix=f"{suite}-", dir=wanted.parent) as name:
        unpacked = Path(name) / "prefix"
        try:
            apt.unpack(suite, ENGINE, unpacked)
        except apt.AptError as error:
            raise LabUnavailableError(f"cannot fetch the engine of {suite}: {error}") from error
        unpacked.rename(wanted)


@contextmanager
def lock() -> Iterator[None]:
    """One process at a time fetches; the others wait and find it done."""
    folder().mkdir(parents=True, exist_ok=True)
    with (folder() / "lock").open("w", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield

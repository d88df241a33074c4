"""A real browser, and the program that GitHub and GitLab draw Mermaid with."""

import functools
import hashlib
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

from lab import apt
from lab.packages import LabUnavailableError, check_machine, folder, lock

MERMAID = "11.17.2"
MERMAID_DIGEST = "581ed7d74bd9048d0e3a91363927d72ef22942d7722546b27f7cc29e35390eb8"
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")


@functools.cache
def chromium() -> Path:
    """The browser on this machine, installed by apt where it is missing.

    Raises:
        LabUnavailableError: it is not there, and cannot be installed.
    """
    for program in PROGRAMS:
        if found := shutil.which(program):
            return Path(found)
    check_machine()
    with lock():
        try:
            apt.install(["chromium"])
        except apt.AptError as error:
            raise LabUnavailableError(f"cannot install chromium: {error}") from error
    return Path("/usr/bin/chromium")


@functools.cache
def mermaid() -> Path:
    """Mermaid as one script for a page, fetched once.

    Raises:
        LabUnavailableError: there is no npm, or it cannot fetch it.
    """
    wanted = folder() / f"mermaid-{MERMAID}.js"
    with lock():
        if not wanted.is_file():
            _fetch(wanted)
    return wanted


def _fetch(wanted: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise LabUnavailableError("mermaid comes by npm, which is not on this machine")
    with tempfile.TemporaryDirectory(prefix="mermaid-", dir=wanted.parent) as name:
        words = [npm, "pack", "--silent", "--pack-destination", name, f"mermaid@{MERMAID}"]
        packed = subprocess.run(words, capture_output=True, text=True, check=False)
        if packed.returncode:
            raise LabUnavailableError(f"npm cannot fetch mermaid: {packed.stderr.strip()[-200:]}")
        with tarfile.open(Path(name, f"mermaid-{MERMAID}.tgz")) as archive:
            member = archive.extractfile("package/dist/mermaid.min.js")
            script = member.read() if member else b""
        if hashlib.sha256(script).hexdigest() != MERMAID_DIGEST:
            raise LabUnavailableError(f"mermaid {MERMAID} is not what it was")
        unpacked = Path(name, wanted.name)
        unpacked.write_bytes(script)
        unpacked.rename(wanted)

"""What runs and checks the files of CI systems, fetched once."""

import functools
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from lab import apt
from lab.go_programs import GoProgram, go_program
from lab.packages import LabUnavailableError, check_machine, folder, lock

ACTIONLINT = GoProgram(package="github.com/rhysd/actionlint/cmd/actionlint", version="v1.7.7")


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeProgram:
    """A program in an npm package.

    Attributes:
        package: its name.
        version: of it.
        name: what it is called.
        tool: a program of Debian's that it needs; its package has the same name.
    """

    package: str
    version: str
    name: str
    tool: str | None = None


GITLAB = NodeProgram(package="gitlab-ci-local", version="4.73.0", name="gitlab-ci-local", tool="rsync")
TEKTON = NodeProgram(package="@ibm/tekton-lint", version="1.1.0", name="tekton-lint")
PROGRAMS = (ACTIONLINT, GITLAB, TEKTON)


def actionlint() -> Path:
    """The linter of workflows of GitHub Actions.

    Raises:
        LabUnavailableError: it cannot be had.
    """
    return go_program(ACTIONLINT)


@functools.cache
def node_program(program: NodeProgram) -> Path:
    """The program, installed in a folder of its own.

    Raises:
        LabUnavailableError: there is no npm, or it cannot fetch the package.
    """
    wanted = folder() / "npm" / f"{program.name}-{program.version}"
    with lock():
        _bring(program.tool)
        if not wanted.is_dir():
            _install(program, wanted)
    return wanted / "node_modules" / ".bin" / program.name


def _bring(tool: str | None) -> None:
    """Installs a tool by apt where it is missing."""
    if tool is None or shutil.which(tool):
        return
    check_machine()
    try:
        apt.install([tool])
    except apt.AptError as error:
        raise LabUnavailableError(f"cannot install {tool}: {error}") from error


def _install(program: NodeProgram, wanted: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise LabUnavailableError(f"{program.name} comes by npm, which is not on this machine")
    wanted.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="npm-", dir=wanted.parent) as name:
        unpacked = Path(name, "prefix")
        words = [npm, "install", "--silent", "--ignore-scripts", "--prefix", str(unpacked)]
        words.append(f"{program.package}@{program.version}")
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        if done.returncode:
            raise LabUnavailableError(f"npm cannot fetch {program.name}: {done.stderr.strip()[-200:]}")
        unpacked.rename(wanted)

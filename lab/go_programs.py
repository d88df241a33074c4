"""Programs that Go builds from modules, each once, where Go is on the machine."""

import functools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lab.packages import LabUnavailableError, folder, lock


@dataclass(frozen=True, slots=True, kw_only=True)
class GoProgram:
    """A program in a Go module.

    Attributes:
        package: its import path.
        version: of its module.
        linker_flags: what it is linked with besides.
    """

    package: str
    version: str
    linker_flags: str = ""

    @property
    def name(self) -> str:
        """What it is called."""
        return self.package.rpartition("/")[2]


BUILDKITD = GoProgram(
    package="github.com/moby/buildkit/cmd/buildkitd",
    version="v0.25.2",
    linker_flags="-X github.com/moby/buildkit/version.Version=v0.25.2",
)
S3_SERVER = GoProgram(package="github.com/johannesboyne/gofakes3/cmd/gofakes3", version="v1.2.0")
PROGRAMS = (BUILDKITD, S3_SERVER)


@functools.cache
def go_program(program: GoProgram) -> Path:
    """The program, built where it is missing.

    Raises:
        LabUnavailableError: there is no Go, or it cannot have the module.
    """
    wanted = folder() / "go" / f"{program.name}-{program.version}"
    with lock():
        if not wanted.is_file():
            _build(program, wanted)
    return wanted


def _build(program: GoProgram, wanted: Path) -> None:
    """Builds in a module of our own: `go install` refuses a module that excludes others."""
    if shutil.which("go") is None:
        raise LabUnavailableError(f"{program.name} is built by Go, which is not on this machine")
    wanted.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="go-", dir=wanted.parent) as name:
        built = Path(name) / wanted.name
        _go(program, ["mod", "init", "lab"], name)
        _go(program, ["get", f"{program.package}@{program.version}"], name)
        flags = f"-s -w {program.linker_flags}"
        _go(program, ["build", "-trimpath", "-ldflags", flags, "-o", str(built), program.package], name)
        built.rename(wanted)


def _go(program: GoProgram, words: Sequence[str], cwd: str) -> None:
    env = os.environ | {"CGO_ENABLED": "0"}
    done = subprocess.run(["go", *words], cwd=cwd, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        said = done.stderr.strip().splitlines()[-1:]
        raise LabUnavailableError(f"Go cannot build {program.name}: {' '.join(said)}")

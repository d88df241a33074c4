"""A Python service whose base is Debian's Python and whose packages are real ones, installed by pip."""

import platform
import subprocess
import sys
import tarfile
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.replay.bases import Base
from bench.replay.workload import Commit, Workload, append, nothing, require, write_folder, write_lists
from lab import apt
from lab.packages import LabUnavailableError

SUITE = "bookworm"
PYTHON = """
    libc6 libc-bin libexpat1 zlib1g libssl3 libffi8 libbz2-1.0 liblzma5 libsqlite3-0 libreadline8 libncursesw6
    libtinfo6 libuuid1 libdb5.3 libnsl2 libtirpc3 libcrypt1 libstdc++6 libgcc-s1 readline-common media-types
    ca-certificates tzdata python3.11 python3.11-minimal libpython3.11-minimal libpython3.11-stdlib
"""
TOOLCHAIN = """
    python3-pip python3-setuptools python3-pkg-resources python3-wheel python3-distutils python3-lib2to3
    gcc-12 cpp-12 g++-12 binutils binutils-common libbinutils libctf0 libctf-nobfd0 libc6-dev linux-libc-dev
    libgcc-12-dev libisl23 libmpc3 libmpfr6 libgmp10 libstdc++-12-dev python3.11-dev libpython3.11
    libpython3.11-dev
"""
REQUIREMENTS = (
    "cryptography==43.0.3",
    "flask==3.0.3",
    "lxml==5.3.0",
    "pandas==2.2.3",
    "pydantic==2.9.2",
    "requests==2.32.3",
    "sqlalchemy==2.0.36",
)
TEST_REQUIREMENTS = ("coverage==7.6.4", "hypothesis==6.115.5", "mypy==1.13.0", "pytest==8.3.3")
LATER = ("redis==5.2.0", "celery==5.4.0")

DOCKERFILE = """\
FROM python:3.11 AS deps
ENV PYTHONDONTWRITEBYTECODE=1 PIP_NO_INDEX=1 PIP_FIND_LINKS=/wheels
WORKDIR /app
COPY requirements.txt ./
RUN --mount=type=bind,from=wheels:1,target=/wheels \\
    python3.11 -m pip install --quiet --no-compile --target=/venv -r requirements.txt

FROM deps AS build
COPY src/ src/
RUN python3.11 -m compileall -q --invalidation-mode=unchecked-hash src

FROM deps AS test-deps
COPY requirements-test.txt ./
RUN --mount=type=bind,from=wheels:1,target=/wheels \\
    python3.11 -m pip install --quiet --no-compile --target=/tests -r requirements-test.txt

FROM test-deps AS test
COPY src/ src/
COPY tests/ tests/
RUN PYTHONPATH=/venv:/tests:src python3.11 -m pytest -q -p no:cacheprovider tests

FROM python:3.11-slim AS app
ENV PYTHONPATH=/venv
WORKDIR /app
COPY --from=deps /venv /venv
COPY --from=build /app/src/ ./
CMD ["python3.11", "-m", "service"]
"""
MODULE = """\
import dataclasses


@dataclasses.dataclass(frozen=True)
class Order{number}:
    identifier: int
    amount: int = {number}

    def total(self, factor: int) -> int:
        return self.identifier + self.amount * factor
"""
TESTS = """\
import flask
import pandas
import pytest
import service.part_0001


@pytest.mark.parametrize("factor", range(200))
def test_total(factor):
    frame = pandas.DataFrame({"amount": [service.part_0001.Order1(1).total(factor)]})
    assert frame["amount"].sum() == 1 + factor
    assert flask.Flask("service").name == "service"
"""

BUILD = ("build: COPY src/", "build: RUN")
RUN_TESTS = ("test: COPY tests/", "test: RUN")
SOURCE = (*BUILD, "app: COPY --from=build", "test: COPY src/", *RUN_TESTS)
DEPENDENCY = ("deps: COPY", "deps: RUN", "test-deps: ", "app: COPY --from=deps", *SOURCE)
EVERYTHING = ("deps: ", "build: ", "test-deps: ", "test: ", "app: ")


def create(context: Path, shrink: int) -> None:
    """Writes the project; its packages are as large as they are."""
    modules = {
        f"src/service/part_{number:04}.py": (MODULE.format(number=number),)
        for number in range(max(400 >> shrink, 2))
    }
    lists = {
        "requirements.txt": REQUIREMENTS,
        "requirements-test.txt": TEST_REQUIREMENTS,
        "tests/test_total.py": (TESTS,),
        "src/service/__init__.py": (),
        "src/service/__main__.py": ("import service",),
        ".dockerignore": ("docs",),
    }
    write_lists(context, modules | lists)
    write_folder(context / "docs", count=60, kilobytes=2_000, shrink=shrink)


def debian_base(name: str, *packages: str) -> Base:
    """A base of Debian packages."""
    return Base(name=name, made_of=f"{SUITE} {' '.join(packages)}", fill=partial(_fill_from_debian, packages))


def _fill_from_debian(packages: tuple[str, ...], tar: tarfile.TarFile, _: int, revision: int) -> None:
    with TemporaryDirectory(prefix="replay-") as name:
        root = Path(name, "root")
        try:
            apt.unpack(SUITE, packages, root)
        except apt.AptError as error:
            raise LabUnavailableError(f"cannot fetch packages of {SUITE}: {error}") from error
        (root / "etc/revision").write_text(f"{revision}\n", encoding="ascii")
        _add_all(tar, root)


def _fill_with_wheels(tar: tarfile.TarFile, _: int, __: int) -> None:
    """Everything that the project will ever require, from wherever this machine's pip takes it."""
    with TemporaryDirectory(prefix="replay-") as name:
        pip = Path(name, "pip")
        wheels = Path(name, "wheels")
        wheels.mkdir()
        machine = platform.machine()
        platforms = (
            f"--platform={kind}_{machine}" for kind in ("manylinux2014", "manylinux_2_17", "manylinux_2_28")
        )
        words = ("download", "--quiet", "--only-binary=:all:", "--python-version=3.11", *platforms)
        _run(sys.executable, "-m", "venv", str(pip))
        wanted = (*REQUIREMENTS, *TEST_REQUIREMENTS, *LATER)
        _run(str(pip / "bin/python"), "-m", "pip", *words, f"--dest={wheels}", *wanted)
        _add_all(tar, wheels)


def _run(*words: str) -> None:
    result = subprocess.run(words, capture_output=True, text=True, check=False)
    if result.returncode:
        raise LabUnavailableError(f"'{' '.join(words)}' failed: {result.stderr.strip()[-500:]}")


def _add_all(tar: tarfile.TarFile, root: Path) -> None:
    """All below a folder, in order, as old as the epoch and root's own."""

    def plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
        member.mtime = member.uid = member.gid = 0
        member.uname = member.gname = ""
        return member

    for path in sorted(root.rglob("*")):
        tar.add(path, arcname=str(path.relative_to(root)), recursive=False, filter=plain)


def _source(kind: str = "source", scope: str = "main") -> Commit:
    changed = append("src/service/__main__.py")
    return Commit(kind=kind, change=changed, may_run=SOURCE, scope=scope)


def _requires(package: str) -> Commit:
    return Commit(kind="dependency", change=require("requirements.txt", package), may_run=DEPENDENCY)


NOTHING = Commit(kind="nothing", change=nothing, may_run=())
WORKLOAD = Workload(
    name="pip",
    title="Python service, real packages",
    bases=(
        debian_base("python:3.11", *PYTHON.split(), *TOOLCHAIN.split()),
        debian_base("python:3.11-slim", *PYTHON.split()),
        Base(
            name="wheels:1",
            made_of=" ".join((*REQUIREMENTS, *TEST_REQUIREMENTS, *LATER)),
            fill=_fill_with_wheels,
        ),
    ),
    dockerfile=DOCKERFILE,
    stages={
        "deps": "python:3.11",
        "build": "python:3.11",
        "test-deps": "python:3.11",
        "test": "python:3.11",
        "app": "python:3.11-slim",
    },
    targets=("app",),
    checks=("test",),
    create=create,
    commits=(
        Commit(kind="first", change=nothing, may_run=EVERYTHING),
        NOTHING,
        _source(),
        _source(),
        Commit(kind="tests", change=append("tests/test_total.py"), may_run=RUN_TESTS),
        _requires(LATER[0]),
        NOTHING,
        _source(),
        Commit(kind="docs", change=append("docs/main"), may_run=()),
        _source("branch", "feature"),
        _requires(LATER[1]),
        Commit(
            kind="base image",
            change=nothing,
            may_run=EVERYTHING,
            moves=("python:3.11", "python:3.11-slim"),
        ),
    ),
)

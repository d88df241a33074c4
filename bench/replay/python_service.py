"""A Python service: many packages, little code, tests that need more packages."""

from pathlib import Path

from bench.replay.made_up import made_up_base
from bench.replay.workload import Commit, Workload, append, nothing, require, write_folder, write_lists

DOCKERFILE = """\
FROM python:3.12 AS deps
WORKDIR /app
COPY requirements.txt ./
RUN install-packages requirements.txt /venv

FROM deps AS build
COPY src/ src/
RUN compile-code src dist/service 3 4

FROM deps AS test-deps
COPY requirements-test.txt ./
RUN install-packages requirements-test.txt /venv

FROM test-deps AS test
COPY src/ src/
COPY tests/ tests/
RUN compile-code . /tmp/result 0 6

FROM python:3.12-slim AS app
WORKDIR /app
COPY system.txt ./
RUN install-packages system.txt /usr/lib
COPY --from=deps /venv /venv
COPY --from=build /app/dist/ ./
CMD ["./service"]
"""
REQUIREMENTS = ("numbers 2.1 28", "frames 2.2 22", "web 3.0 6", "orm 2.0 14", "http 0.28 4", "schema 2.9 8")
TEST_REQUIREMENTS = ("pytest 9.0 6", "coverage 7.6 4", "types 1.14 18")

BUILD = ("build: COPY src/", "build: RUN")
SHIP = ("app: COPY --from=build",)
TESTS = ("test: COPY tests/", "test: RUN")
SOURCE = BUILD + SHIP + ("test: COPY src/",) + TESTS
DEPENDENCY = ("deps: COPY", "deps: RUN", "test-deps: ", "app: COPY --from=deps", *SOURCE)
EVERYTHING = ("deps: ", "build: ", "test-deps: ", "test: ", "app: ")


def create(context: Path, shrink: int) -> None:
    """Writes the project."""
    write_folder(context / "src", count=400, kilobytes=3_000, shrink=shrink)
    write_folder(context / "tests", count=150, kilobytes=1_000, shrink=shrink)
    write_folder(context / "docs", count=60, kilobytes=2_000, shrink=shrink)
    lists = {
        "requirements.txt": REQUIREMENTS,
        "requirements-test.txt": TEST_REQUIREMENTS,
        "system.txt": ("database-client 16 9",),
        ".dockerignore": ("docs",),
    }
    write_lists(context, lists)


def _source(kind: str = "source", scope: str = "main") -> Commit:
    return Commit(kind=kind, change=append("src/main", "src/000/00000"), may_run=SOURCE, scope=scope)


NOTHING = Commit(kind="nothing", change=nothing, may_run=())
WORKLOAD = Workload(
    name="python",
    title="Python service",
    bases=(
        made_up_base("python:3.12", megabytes=300, count=12_000),
        made_up_base("python:3.12-slim", megabytes=60, count=3_000),
    ),
    dockerfile=DOCKERFILE,
    stages={
        "deps": "python:3.12",
        "build": "python:3.12",
        "test-deps": "python:3.12",
        "test": "python:3.12",
        "app": "python:3.12-slim",
    },
    targets=("app",),
    checks=("test",),
    create=create,
    commits=(
        Commit(kind="first", change=nothing, may_run=EVERYTHING),
        NOTHING,
        _source(),
        _source(),
        Commit(kind="tests", change=append("tests/main"), may_run=TESTS),
        Commit(kind="dependency", change=require("requirements.txt", "cache 5.2 3"), may_run=DEPENDENCY),
        NOTHING,
        _source(),
        Commit(kind="docs", change=append("docs/main"), may_run=()),
        _source("branch", "feature"),
        Commit(kind="dependency", change=require("requirements.txt", "queue 1.4 5"), may_run=DEPENDENCY),
        Commit(
            kind="base image",
            change=nothing,
            may_run=EVERYTHING,
            moves=("python:3.12", "python:3.12-slim"),
        ),
    ),
)

"""A server in a compiled language: a huge toolchain, a long compilation, a small image."""

from pathlib import Path

from bench.replay.made_up import made_up_base
from bench.replay.workload import Commit, Workload, append, nothing, require, write_folder, write_lists

DOCKERFILE = """\
FROM golang:1.25 AS modules
WORKDIR /src
COPY modules.txt ./
RUN install-packages modules.txt /go/modules

FROM modules AS build
COPY server/ server/
RUN compile-code server /out/server 12 12

FROM build AS test
COPY tests/ tests/
RUN compile-code . /tmp/result 0 6

FROM scratch AS app
COPY --from=modules /etc/passwd /etc/passwd
COPY --from=build /out/server /server
ENTRYPOINT ["/server"]
"""
MODULES = ("router 5.2 9", "database 5.7 16", "protocol 1.36 21", "cloud 1.3 24", "metrics 1.2 6")

BUILD = ("build: COPY", "build: RUN")
TESTS = ("test: COPY", "test: RUN")
SOURCE = (*BUILD, *TESTS, "app: COPY --from=build")
DEPENDENCY = ("modules: COPY", "modules: RUN", *SOURCE)
EVERYTHING = ("modules: ", "build: ", "test: ", "app: ")


def create(context: Path, shrink: int) -> None:
    """Writes the project."""
    write_folder(context / "server", count=600, kilobytes=5_000, shrink=shrink)
    write_folder(context / "tests", count=120, kilobytes=900, shrink=shrink)
    write_folder(context / "docs", count=60, kilobytes=2_000, shrink=shrink)
    write_lists(context, {"modules.txt": MODULES, ".dockerignore": ("docs",)})


def _source(kind: str = "source", scope: str = "main") -> Commit:
    return Commit(kind=kind, change=append("server/main"), may_run=SOURCE, scope=scope)


NOTHING = Commit(kind="nothing", change=nothing, may_run=())
WORKLOAD = Workload(
    name="compiled",
    title="Compiled server",
    bases=(made_up_base("golang:1.25", megabytes=600, count=14_000),),
    dockerfile=DOCKERFILE,
    stages={"modules": "golang:1.25", "build": "golang:1.25", "test": "golang:1.25", "app": "scratch"},
    targets=("app",),
    checks=("test",),
    create=create,
    commits=(
        Commit(kind="first", change=nothing, may_run=EVERYTHING),
        NOTHING,
        _source(),
        _source(),
        Commit(kind="tests", change=append("tests/main"), may_run=TESTS),
        Commit(kind="dependency", change=require("modules.txt", "cache 2.1 3"), may_run=DEPENDENCY),
        NOTHING,
        _source(),
        Commit(kind="docs", change=append("docs/main"), may_run=()),
        _source("branch", "feature"),
        Commit(kind="dependency", change=require("modules.txt", "queue 1.4 5"), may_run=DEPENDENCY),
        Commit(kind="base image", change=nothing, may_run=EVERYTHING, moves=("golang:1.25",)),
    ),
)

"""A front-end and a back-end of one repository: two images, two toolchains, tests of both."""

from pathlib import Path

from bench.replay.made_up import made_up_base
from bench.replay.workload import Commit, Workload, append, nothing, require, write_folder, write_lists

DOCKERFILE = """\
FROM node:22 AS web-deps
WORKDIR /web
COPY web/package.txt ./
RUN install-packages package.txt modules

FROM web-deps AS web-build
COPY web/src/ src/
RUN compile-code src dist/bundle 4 5

FROM web-deps AS web-test
COPY web/src/ src/
COPY web/tests/ tests/
RUN compile-code . /tmp/result 0 5

FROM nginx:1.29 AS web
COPY web/server.conf /etc/nginx/
COPY --from=web-build /web/dist/ /srv/

FROM python:3.12-slim AS api-deps
WORKDIR /api
COPY api/requirements.txt ./
RUN install-packages requirements.txt /venv

FROM api-deps AS api-test
COPY api/src/ src/
COPY api/tests/ tests/
RUN compile-code . /tmp/result 0 3

FROM api-deps AS api
COPY api/src/ src/
RUN compile-code src build/main 1 1
CMD ["/api/build/main"]
"""
PACKAGES = ("framework 19.1 24", "bundler 7.0 30", "compiler 5.9 22", "styles 4.1 12", "icons 2.0 9")
REQUIREMENTS = ("web 3.0 6", "orm 2.0 14", "http 0.28 4", "schema 2.9 8", "worker 5.5 10")

# equal copies onto one stage are one step, which the builder names after either stage
API_SOURCE = ("api: COPY api/src/", "api-test: COPY api/src/")
API = (*API_SOURCE, "api: RUN", "api-test: COPY api/tests/", "api-test: RUN")
WEB_SOURCE = ("web-build: COPY web/src/", "web-test: COPY web/src/")
WEB_TESTS = ("web-test: COPY web/tests/", "web-test: RUN")
WEB = (*WEB_SOURCE, "web-build: RUN", *WEB_TESTS, "web: COPY --from=web-build")
API_DEPENDENCY = ("api-deps: COPY", "api-deps: RUN", *API)
WEB_DEPENDENCY = ("web-deps: COPY", "web-deps: RUN", *WEB)
EVERYTHING = ("web-deps: ", "web: ", "api-deps: ", *WEB, *API)


def create(context: Path, shrink: int) -> None:
    """Writes the project."""
    write_folder(context / "web/src", count=500, kilobytes=4_000, shrink=shrink)
    write_folder(context / "web/tests", count=100, kilobytes=700, shrink=shrink)
    write_folder(context / "api/src", count=250, kilobytes=2_000, shrink=shrink)
    write_folder(context / "api/tests", count=100, kilobytes=700, shrink=shrink)
    write_folder(context / "docs", count=60, kilobytes=2_000, shrink=shrink)
    lists = {
        "web/package.txt": PACKAGES,
        "web/server.conf": ("listen 80",),
        "api/requirements.txt": REQUIREMENTS,
        ".dockerignore": ("docs",),
    }
    write_lists(context, lists)


def _api() -> Commit:
    return Commit(kind="source", change=append("api/src/main"), may_run=API)


def _web(kind: str = "source", scope: str = "main") -> Commit:
    return Commit(kind=kind, change=append("web/src/main"), may_run=WEB, scope=scope)


NOTHING = Commit(kind="nothing", change=nothing, may_run=())
WORKLOAD = Workload(
    name="web",
    title="Front-end and back-end",
    bases=(
        made_up_base("node:22", megabytes=260, count=10_000),
        made_up_base("nginx:1.29", megabytes=40, count=1_500),
        made_up_base("python:3.12-slim", megabytes=60, count=3_000),
    ),
    dockerfile=DOCKERFILE,
    stages={
        "web-deps": "node:22",
        "web-build": "node:22",
        "web-test": "node:22",
        "web": "nginx:1.29",
        "api-deps": "python:3.12-slim",
        "api-test": "python:3.12-slim",
        "api": "python:3.12-slim",
    },
    targets=("web", "api"),
    checks=("web-test", "api-test"),
    create=create,
    commits=(
        Commit(kind="first", change=nothing, may_run=EVERYTHING),
        NOTHING,
        _api(),
        _web(),
        Commit(kind="tests", change=append("web/tests/main"), may_run=WEB_TESTS),
        Commit(
            kind="dependency", change=require("api/requirements.txt", "cache 5.2 3"), may_run=API_DEPENDENCY
        ),
        _api(),
        NOTHING,
        Commit(kind="docs", change=append("docs/main"), may_run=()),
        _web("branch", "feature"),
        Commit(kind="dependency", change=require("web/package.txt", "charts 5.5 7"), may_run=WEB_DEPENDENCY),
        Commit(kind="base image", change=nothing, may_run=("web-deps: ", *WEB), moves=("node:22",)),
    ),
)

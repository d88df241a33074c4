"""Engines and registries for tests; a test that names one of these fixtures gets the marker `engine` by that.

A test that gets one through `getfixturevalue` alone has to carry the marker itself.

Each test gets an engine with nothing in it and an empty registry: what a CI runner is before its first build.
`FROM python:3.12-slim` and the other names in `lab.images.COMMON` resolve to busybox images, with no network.
"""

import os
from collections.abc import Iterator

import pytest

import lab
from lab.buildkitd import BuildKit
from lab.go_programs import PROGRAMS, go_program
from lab.s3 import S3

ENGINE_FIXTURES = {"lab_ready", "hub", "registry", "engine", "classic_engine", "old_engine", "buildah_host"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write what the golden cases make now")


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    """Whether golden files are to be written; a person reads the diff."""
    return bool(request.config.getoption("--update-golden"))


@pytest.hookimpl(tryfirst=True)  # before `-m` selects by marker
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if isinstance(item, pytest.Function) and ENGINE_FIXTURES & set(item.fixturenames):
            item.add_marker(pytest.mark.engine)


@pytest.fixture(scope="session")
def lab_ready() -> None:
    """The lab can run here; else the test is skipped, in CI failed, with the reason."""
    reason = lab.available()
    if reason and os.environ.get("CI") == "true":
        pytest.fail(reason)
    if reason:
        pytest.skip(reason)


@pytest.fixture(scope="session")
def hub(lab_ready: None) -> Iterator[lab.Registry]:  # noqa: ARG001 - asked for its skip
    """The registry that stands in for Docker Hub, with the common base images; shared by all tests."""
    with lab.Registry() as registry:
        lab.seed(registry)
        yield registry


@pytest.fixture
def registry(lab_ready: None) -> Iterator[lab.Registry]:  # noqa: ARG001 - asked for its skip
    """An empty registry to push to."""
    with lab.Registry() as registry:
        yield registry


@pytest.fixture(scope="session")
def go_programs(lab_ready: None) -> None:  # noqa: ARG001 - asked for its skip
    """What Go builds for the lab is there; else the test is skipped, in CI failed, with the reason."""
    try:
        for program in PROGRAMS:
            go_program(program)
    except lab.LabUnavailableError as error:
        if os.environ.get("CI") == "true":
            pytest.fail(str(error))
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def _buildkit(hub: lab.Registry, go_programs: None) -> Iterator[BuildKit]:  # noqa: ARG001 - asked for its skip
    buildkit = BuildKit(mirror=hub.host)
    yield buildkit  # its first wipe starts it
    buildkit.stop()


@pytest.fixture
def buildkit(_buildkit: BuildKit) -> BuildKit:
    """A fresh standalone BuildKit, whose client reaches no engine."""
    _buildkit.wipe()
    return _buildkit


@pytest.fixture
def s3(go_programs: None) -> Iterator[S3]:  # noqa: ARG001 - asked for its skip
    """An S3 server with an empty bucket."""
    with S3() as server:
        yield server


@pytest.fixture(scope="session")
def _engine(hub: lab.Registry) -> Iterator[lab.Engine]:
    engine = lab.Engine(lab.engine_suite(), mirror=hub.url)
    yield engine  # its first wipe starts it
    engine.stop()


@pytest.fixture(scope="session")
def _classic_engine(hub: lab.Registry) -> Iterator[lab.Engine]:
    engine = lab.Engine(lab.engine_suite(), containerd_store=False, mirror=hub.url)
    yield engine  # its first wipe starts it
    engine.stop()


@pytest.fixture(scope="session")
def _old_engine(hub: lab.Registry) -> Iterator[lab.Engine]:
    engine = lab.Engine("trixie", mirror=hub.url)
    yield engine  # its first wipe starts it
    engine.stop()


@pytest.fixture
def engine(_engine: lab.Engine) -> lab.Engine:
    """A fresh engine of the newest suite, with containerd's image store."""
    _engine.wipe()
    return _engine


@pytest.fixture
def classic_engine(_classic_engine: lab.Engine) -> lab.Engine:
    """A fresh engine of the newest suite, with the classic image store."""
    _classic_engine.wipe()
    return _classic_engine


@pytest.fixture
def old_engine(_old_engine: lab.Engine) -> lab.Engine:
    """A fresh engine of trixie, with containerd's image store."""
    _old_engine.wipe()
    return _old_engine


@pytest.fixture
def buildah_host(hub: lab.Registry) -> Iterator[lab.BuildahHost]:
    """A machine with buildah and podman that holds no image."""
    with lab.BuildahHost(hub) as host:
        yield host

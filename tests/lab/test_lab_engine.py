import subprocess
import sys
from pathlib import Path

import pytest

import lab

DOCKERFILE = """\
FROM python:3.12-slim AS build
RUN echo built > /out
FROM busybox:1.37
COPY --from=build /out /out
RUN cat /out
"""


@pytest.fixture
def context(tmp_path: Path) -> Path:
    (tmp_path / "Dockerfile").write_text(DOCKERFILE, encoding="utf-8")
    return tmp_path


@pytest.fixture(params=["engine", "old_engine"])
def containerd_engine(request: pytest.FixtureRequest) -> lab.Engine:
    engine: lab.Engine = request.getfixturevalue(request.param)
    return engine


def buildx(engine: lab.Engine, context: Path, *words: str) -> str:
    """What a build printed; without `--progress=plain` the engine might not say CACHED."""
    return engine.run("docker", "buildx", "build", "--progress=plain", *words, str(context)).stderr


def test_a_wiped_engine_builds_from_a_registry_cache(
    containerd_engine: lab.Engine, registry: lab.Registry, context: Path
) -> None:
    image, cache = f"{registry.host}/app:main", f"type=registry,ref={registry.host}/app-cache:main"
    buildx(containerd_engine, context, "--push", "-t", image, "--cache-to", f"{cache},mode=max")
    containerd_engine.wipe()
    assert containerd_engine.run("docker", "image", "ls", "-q").stdout == ""
    warm = buildx(containerd_engine, context, "--output", "type=cacheonly", "--cache-from", cache)
    assert "RUN echo built > /out\n#" in warm
    assert " built\n" not in warm
    assert containerd_engine.run("docker", "run", "--rm", image, "cat", "/out").stdout == "built\n"


def test_the_classic_builder_takes_steps_from_a_pulled_image(
    classic_engine: lab.Engine, registry: lab.Registry, context: Path
) -> None:
    classic = {"DOCKER_BUILDKIT": "0"}
    image = f"{registry.host}/app:main"
    classic_engine.run("docker", "build", "-t", image, str(context), env=classic)
    classic_engine.run("docker", "push", image)
    classic_engine.wipe()
    classic_engine.run("docker", "pull", image)
    warm = classic_engine.run("docker", "build", "--cache-from", image, str(context), env=classic)
    assert warm.stdout.count("Using cache") == 2


@pytest.mark.engine
@pytest.mark.parametrize(
    ("fixture", "store"),
    [
        pytest.param("engine", "overlayfs", id="containerd"),
        pytest.param("classic_engine", "overlay2", id="classic"),
        pytest.param("old_engine", "overlayfs", id="old"),
    ],
)
def test_an_engine_keeps_images_in_the_store_asked_for(
    request: pytest.FixtureRequest, fixture: str, store: str
) -> None:
    engine: lab.Engine = request.getfixturevalue(fixture)
    assert engine.run("docker", "info", "--format", "{{.Driver}}").stdout == f"{store}\n"


def test_engines_on_disk_and_in_memory_live_beside_each_other(hub: lab.Registry) -> None:
    with (
        lab.Engine(mirror=hub.url, in_memory=True) as one,
        lab.Engine(mirror=hub.url, in_memory=False) as two,
    ):
        for engine in (one, two):
            engine.run("docker", "pull", "busybox:1.37")
            engine.run("docker", "run", "--rm", "busybox:1.37", "true")


def test_clients_see_no_ci_and_no_docker_of_ours(engine: lab.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_REF_NAME", "main")
    monkeypatch.setenv("BUILDX_BUILDER", "mine")
    seen = engine.run("env").stdout
    assert "GITHUB" not in seen
    assert "BUILDX" not in seen


def test_a_killed_owner_leaves_nothing(hub: lab.Registry) -> None:
    program = f"""
import lab, sys
engine = lab.Engine(lab.engine_suite(), mirror={hub.url!r})
engine.start()
registry = lab.Registry()
registry.start()
engine.run("docker", "run", "-d", "busybox:1.37", "sleep", "1000")
print(engine.host.removeprefix("unix://"), registry.host, flush=True)
sys.stdin.read()
"""
    words = [sys.executable, "-c", program]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout
        socket = Path(owner.stdout.readline().split()[0])
        assert socket.is_socket()
        owner.kill()
    name = socket.parent.name
    gone = ["sh", "-c", f"while [ -e /tmp/{name} ] || mount | grep {name}; do sleep 0.05; done"]
    subprocess.run(gone, check=True, timeout=20)
    assert not [path for path in Path("/proc").glob("[0-9]*/cmdline") if name.encode() in _read(path)]
    assert not list(Path("/sys/fs/cgroup").glob(f"*/{name}"))


def _read(path: Path) -> bytes:
    """A process's words; none when it has ended."""
    try:
        return path.read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""

"""What base images bring along: told by a registry, the engine's mirror, the engine, or by nobody."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

import lab
from stageplan.stages.options import ImageConfig
from stageplan.system.base_configs import ask_base_configs, kept_base_configs

AMD64 = "linux/amd64"
CONFIG = {"Env": ["A=1", "EMPTY=", "PATH=/bin"], "OnBuild": ["RUN a", "COPY . /b"], "WorkingDir": "/w"}


def known() -> ImageConfig:
    """What is found of an image that is pushed with that."""
    return ImageConfig(
        environment={"A": "1", "EMPTY": "", "PATH": "/bin"},
        onbuild=("RUN a", "COPY . /b"),
        working_directory="/w",
        lowest_layer=lab.layers.busybox().diff_id,
    )


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No engine, no login, and nothing known from before."""
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def test_a_registry_tells_and_what_it_told_is_kept(registry: lab.Registry) -> None:
    digest = lab.push_image(registry, "base:1", config=CONFIG)
    image = (f"{registry.host}/base:1", AMD64)
    missing = (f"{registry.host}/other:1", AMD64)
    found = ask_base_configs([image, missing, image], seconds=10)
    assert found.configs == {image: known()}
    assert found.reasons == {missing: "its registry does not have it"}
    fixed = (f"{registry.host}/base@{digest}", AMD64)
    assert kept_base_configs([fixed, image]).configs == {fixed: known()}


def test_the_engines_mirror_stands_in_for_docker_hub(
    engine: lab.Engine, hub: lab.Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", engine.host)
    lab.push_image(hub, "library/triggers-of-mirror:1", config=CONFIG)
    image = ("docker.io/library/triggers-of-mirror:1", AMD64)
    assert ask_base_configs([image], seconds=10).configs == {image: known()}


def test_the_engine_knows_what_was_built_here(
    engine: lab.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "Dockerfile").write_text("FROM scratch\nENV A=1\nWORKDIR /w\nONBUILD RUN a\n")
    engine.run("docker", "buildx", "build", "--load", "--tag=made-here:1", str(tmp_path))
    monkeypatch.setenv("DOCKER_HOST", engine.host)
    image, foreign = (
        ("docker.io/library/made-here:1", AMD64),
        ("docker.io/library/made-here:1", "linux/s390x"),
    )
    found = ask_base_configs([image, foreign], seconds=10)
    assert found.configs[image].onbuild == ("RUN a",)
    assert found.configs[image].environment["A"] == "1"
    assert list(found.reasons) == [foreign]


@pytest.fixture
def silent() -> Iterator[str]:
    """A host that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


def test_silence_and_refusal_are_reasons(silent: str) -> None:
    slow, refused = (f"{silent}/a:1", AMD64), ("127.0.0.1:1/a:1", AMD64)
    found = ask_base_configs([slow, refused], seconds=0.3)
    assert found.configs == {}
    assert found.reasons[refused] == "registry '127.0.0.1:1' cannot be reached: connection refused"
    assert "no answer in time" in found.reasons[slow]


def test_nobody_is_asked_for_what_is_kept() -> None:
    image = ("127.0.0.1:1/a@sha256:" + "0" * 64, AMD64)
    assert kept_base_configs([image]).configs == {}

import json
import socket
from pathlib import Path

import pytest

import lab
from stageplan.errors import UnreachableError, UsageError
from stageplan.plan.facts import EngineFacts
from stageplan.system.builder_facts import BuilderFacts, buildx_version, parse_builder
from stageplan.system.engine import engine_facts
from stageplan.system.process import Processes

NOWHERE = "unix:///nowhere/docker.sock"
DOWN = f"the docker engine at '{NOWHERE}' does not answer: no such file or directory"


def _use(engine: lab.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets this process be a client of the engine."""
    for name, value in engine.env.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize(
    ("fixture", "version", "store", "buildx"),
    [
        pytest.param("engine", "28.", "containerd", "0.29.", id="new, containerd"),
        pytest.param("classic_engine", "28.", "classic", "0.29.", id="new, classic"),
        pytest.param("old_engine", "26.", "containerd", "0.13.", id="old, containerd"),
    ],
)
def test_an_engine_says_what_it_is(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    fixture: str,
    version: str,
    store: str,
    buildx: str,
) -> None:
    _use(request.getfixturevalue(fixture), monkeypatch)
    facts = engine_facts()
    assert facts.version
    assert facts.version.startswith(version)
    assert facts.buildx_version
    assert facts.buildx_version.startswith(buildx)
    assert (facts.reachable, facts.reason, facts.store, facts.os) == (True, None, store, "linux")
    assert (facts.builder, facts.driver) == ("default", "docker")
    assert facts.snapshotter == ("overlayfs" if store == "containerd" else None)
    assert f"{facts.os}/{facts.architecture}" == facts.platforms[0]


def test_a_builder_is_told_by_its_name(engine: lab.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    _use(engine, monkeypatch)
    engine.run("docker", "buildx", "create", "--name", "mine", "--driver", "docker-container")
    facts = engine_facts("mine")
    assert (facts.builder, facts.driver, facts.buildkit_version) == ("mine", "docker-container", None)
    with pytest.raises(UsageError) as raised:
        engine_facts("other")
    assert str(raised.value) == (
        "error[no-such-builder]: there is no builder 'other'\n"
        "hint: create it with `docker buildx create --name other`, or take one of `docker buildx ls`"
    )


def test_a_docker_context_names_the_engine(
    engine: lab.Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _use(engine, monkeypatch)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    monkeypatch.delenv("DOCKER_HOST")
    (tmp_path / "cli-plugins").symlink_to(f"{engine.env['DOCKER_CONFIG']}/cli-plugins")
    client = {**engine.env, "DOCKER_CONFIG": str(tmp_path)}
    engine.run("docker", "context", "create", "lab", "--docker", f"host={engine.host}", env=client)
    (tmp_path / "config.json").write_text(json.dumps({"currentContext": "lab"}))
    facts = engine_facts()
    assert (facts.reachable, facts.driver) == (True, "docker")


def test_without_an_engine_the_facts_say_why(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOCKER_HOST", NOWHERE)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert engine_facts() == EngineFacts(reachable=False, reason=DOWN)


@pytest.mark.parametrize(
    ("docker", "message"),
    [
        pytest.param(
            None,
            "error[no-docker]: there is no docker on PATH\nhint: install docker's command line",
            id="no docker",
        ),
        pytest.param(
            "echo \"docker: 'buildx' is not a docker command.\" >&2; exit 1",
            "error[no-buildx]: docker has no buildx\n"
            "hint: install docker's buildx plugin: `docker buildx version` must work",
            id="no buildx",
        ),
    ],
)
def test_what_is_missing_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, docker: str | None, message: str
) -> None:
    if docker:
        (tmp_path / "docker").write_text(f"#!/bin/sh\n{docker}\n")
        (tmp_path / "docker").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UnreachableError) as raised:
        buildx_version(Processes())
    assert str(raised.value) == message


SEVERAL_NODES = """\
Name:          farm
Driver:        docker-container
Last Activity: 2026-01-02 03:04:05 +0000 UTC

Nodes:
Name:                  farm0
Endpoint:              unix:///var/run/docker.sock
Status:                running
BuildKit daemon flags: --allow-insecure-entitlement=network.host
BuildKit version:      v0.25.2
Platforms:             linux/amd64*, linux/386
Labels:
 org.mobyproject.buildkit.worker.executor:    oci
 org.mobyproject.buildkit.worker.snapshotter: overlayfs

Name:             farm1
Endpoint:         ssh://build@example.org
Status:           running
BuildKit version: v0.20.0
Platforms:        linux/arm64
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", BuilderFacts(), id="nothing"),
        pytest.param(
            SEVERAL_NODES,
            BuilderFacts(
                name="farm",
                driver="docker-container",
                buildkit_version="0.25.2",
                snapshotter="overlayfs",
                platforms=("linux/amd64", "linux/386"),
            ),
            id="the first of several nodes",
        ),
        pytest.param(
            "Name: b\nDriver: remote\nNodes:\nName: b0\nStatus: running\nBuildkit: v0.10.6\n",
            BuilderFacts(name="b", driver="remote", buildkit_version="0.10.6"),
            id="as old versions write it",
        ),
        pytest.param(
            "Driver: docker\nBuildKit version: v0.0.0+unknown\n",
            BuilderFacts(driver="docker"),
            id="no version",
        ),
    ],
)
def test_what_buildx_prints_is_read(text: str, expected: BuilderFacts) -> None:
    assert parse_builder(text) == expected


def test_an_engine_that_is_silent_does_not_answer(
    engine: lab.Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _use(engine, monkeypatch)
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(tmp_path / "s"))
        silent.listen()
        monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/s")
        facts = engine_facts()
    assert (facts.reachable, facts.kind) == (False, "docker")
    assert facts.reason is not None
    assert "does not answer" in facts.reason

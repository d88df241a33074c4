"""A script and a run of one plan do the same, and the script needs nothing but docker."""

import json
import sys
from pathlib import Path

import pytest

import lab
from bench.trials import DOCKERFILE
from lab.engine import CommandError
from stageplan.plan.scope import slug
from tests.scenarios.recorder import comparable, recorded

STAGES = ("deps", "build", "assets")


@pytest.fixture
def context(tmp_path: Path) -> Path:
    folder = tmp_path / "context"
    folder.mkdir()
    (folder / "Dockerfile").write_text(DOCKERFILE)
    for name in ("deps", "app", "assets"):
        (folder / f"{name}.txt").write_text(f"{name}\n")
    return folder


def options(registry: lab.Registry, strategy: str) -> list[str]:
    words = ["--image", f"{registry.host}/app", "--strategy", strategy, "--scope", "Feature/x"]
    return [*words, "--fallback-scope", "main", "--cache-dir", "cache"]


def moved_tags(report: Path) -> list[list[str]]:
    """The commands that stand for what a run asks of the registry itself."""
    steps = json.loads(report.read_bytes())["steps"]
    moves = [command[1:] for step in steps for command in step["commands"] if "imagetools" in command]
    return [comparable(command) for command in moves]


@pytest.mark.parametrize("checks", [(), ("--check", "deps")], ids=["one target", "tags wait for a check"])
@pytest.mark.parametrize("strategy", ["registry", "inline", "local", "keyed"])
def test_they_issue_the_same_commands(
    engine: lab.Engine,
    registry: lab.Registry,
    context: Path,
    tmp_path: Path,
    strategy: str,
    checks: tuple[str, ...],
) -> None:
    stageplan = (sys.executable, "-m", "stageplan")
    engine.run(*stageplan, "plan", ".", *options(registry, strategy), *checks, "-o", "plan.json", cwd=context)
    engine.run(*stageplan, "script", "plan.json", "-o", "build.sh", cwd=context)
    by_run = recorded(
        engine, tmp_path, context, *stageplan, "run", "plan.json", "--jobs", "1", "--report", "report.json"
    )
    by_run += moved_tags(context / "report.json")
    engine.wipe()
    engine.run("rm", "-rf", "cache", cwd=context)
    with lab.Registry() as empty:
        script = (context / "build.sh").read_text()
        (context / "build.sh").write_text(script.replace(registry.host, empty.host))
        by_script = recorded(engine, tmp_path, context, "dash", "build.sh")
    assert [[word.replace(empty.host, registry.host) for word in line] for line in by_script] == by_run
    assert len(by_run) > 3


@pytest.mark.parametrize("shell", ["dash", "bash"])
@pytest.mark.parametrize("strategy", ["registry", "inline", "local"])
def test_the_script_alone_builds_and_pushes(
    engine: lab.Engine, registry: lab.Registry, context: Path, strategy: str, shell: str
) -> None:
    stageplan = (sys.executable, "-m", "stageplan")
    engine.run(*stageplan, "script", ".", *options(registry, strategy), "-o", "build.sh", cwd=context)
    scope = {"STAGEPLAN_SCOPE": "v1"}
    engine.run(shell, "build.sh", cwd=context, env=scope)
    engine.wipe()
    told = engine.run(shell, "build.sh", cwd=context, env=scope).stderr
    assert "==> build:final (it is a target)" in told
    assert engine.run("docker", "run", "--rm", f"{registry.host}/app:v1").stdout == "deps\napp\nASSETS\n"


@pytest.mark.parametrize("strategy", ["classic", "archive"])
def test_the_script_alone_uses_the_classic_builder(
    classic_engine: lab.Engine, registry: lab.Registry, context: Path, strategy: str
) -> None:
    stageplan = (sys.executable, "-m", "stageplan")
    classic_engine.run(*stageplan, "script", ".", *options(registry, strategy), "-o", "build.sh", cwd=context)
    classic_engine.run("dash", "build.sh", cwd=context)
    classic_engine.wipe()
    told = classic_engine.run("dash", "build.sh", cwd=context).stdout
    steps = told.split("Step ")[1:]
    ran = [step for step in steps if "Running in" in step]
    assert ran == []


def test_a_last_stage_that_fails_keeps_the_others_and_the_tag(
    engine: lab.Engine, registry: lab.Registry, context: Path
) -> None:
    run = (sys.executable, "-m", "stageplan", "run", ".", *options(registry, "registry"))
    engine.run(*run, cwd=context)
    before = _digest(engine, registry)
    (context / "app.txt").write_text("changed\n")
    (context / "Dockerfile").write_text(DOCKERFILE.replace("RUN cat /srv/*", "RUN false && cat /srv/*"))
    engine.wipe()
    with pytest.raises(CommandError) as failed:
        engine.run(*run, "--report", "report.json", cwd=context)
    assert "error[step-failed]" in str(failed.value)
    assert _digest(engine, registry) == before
    host = f"{registry.host}/app-cache:{slug('Feature/x')}"
    kept = [
        engine.run("docker", "buildx", "imagetools", "inspect", "--raw", f"{host}__{stage}")
        for stage in STAGES
    ]
    assert all("cacheconfig" in found.stdout for found in kept)
    report = json.loads((context / "report.json").read_bytes())
    assert {step["id"]: step["state"] for step in report["steps"]}["build:build"] == "done"


def _digest(engine: lab.Engine, registry: lab.Registry) -> str:
    ref = f"{registry.host}/app:{slug('Feature/x')}"
    return engine.run(
        "docker", "buildx", "imagetools", "inspect", "--format", "{{.Manifest.Digest}}", ref
    ).stdout

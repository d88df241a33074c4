"""buildah and podman on machines that hold nothing: what the registry keeps is not run again."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

import lab
from bench.trials import KINDS, Kind, dockerfile, needless
from tests.scenarios.recorder import recorded_programs

SEEN = tuple(kind for kind in KINDS if kind.name in {"source changed", "new branch"})
STAGEPLAN = (sys.executable, "-m", "stageplan")
ALL_RUN = 10  # instructions of the Dockerfile


@pytest.fixture
def context(buildah_host: lab.BuildahHost, tmp_path: Path) -> Path:
    folder = tmp_path / "context"
    folder.mkdir()
    (folder / "Dockerfile").write_text(dockerfile(buildah_host))
    for name in ("deps", "app", "assets"):
        (folder / f"{name}.txt").write_text(f"{name}\n")
    return folder


def run(host: lab.BuildahHost, context: Path, *words: str, engine: str = "buildah") -> Mapping[str, int]:
    """How many instructions ran and how many were cached, on a machine that holds nothing."""
    host.wipe()
    report = context.parent / "report.json"
    host.run(*STAGEPLAN, "run", ".", "--engine", engine, *words, "--report", report, cwd=context)
    found = json.loads(report.read_bytes())
    return {"ran": found["rerun_count"], "cached": found["cached_count"]}


def image(registry: lab.Registry) -> tuple[str, ...]:
    return "--image", f"{registry.host}/app", "--fallback-scope", "main"


@pytest.mark.parametrize("kind", SEEN, ids=lambda kind: kind.name)
def test_nothing_runs_needlessly(buildah_host: lab.BuildahHost, kind: Kind) -> None:
    assert needless(buildah_host, "buildah", kind, 1) == [()]


def test_script_and_run_issue_the_same_commands(
    buildah_host: lab.BuildahHost, registry: lab.Registry, context: Path, tmp_path: Path
) -> None:
    words = ("--engine", "buildah", *image(registry), "--check", "deps", "--scope", "Feature/x")
    buildah_host.run(*STAGEPLAN, "plan", ".", *words, "-o", "plan.json", cwd=context)
    buildah_host.run(*STAGEPLAN, "script", "plan.json", "-o", "build.sh", cwd=context)
    by_run = recorded_programs(buildah_host, tmp_path, context, *STAGEPLAN, "run", "plan.json", "-j", "1")
    buildah_host.wipe()
    by_script = recorded_programs(buildah_host, tmp_path, context, "dash", "build.sh")
    built = [words for words in by_script if not any("stageplan-probe" in word for word in words)]
    assert built == by_run
    assert len(built) == 5
    assert len(by_script) == 7  # it tries whether the cache may be written


def test_podman_finds_what_buildah_has_built(
    buildah_host: lab.BuildahHost, registry: lab.Registry, context: Path
) -> None:
    assert run(buildah_host, context, *image(registry)) == {"ran": ALL_RUN, "cached": 0}
    assert run(buildah_host, context, *image(registry), engine="podman") == {"ran": 0, "cached": ALL_RUN}


def test_a_fork_reads_and_writes_nothing(
    buildah_host: lab.BuildahHost, registry: lab.Registry, context: Path
) -> None:
    run(buildah_host, context, *image(registry))
    (context / "app.txt").write_text("changed\n")
    before = registry.requests()
    found = run(buildah_host, context, *image(registry), "--scope", "fork", "--read-only")
    assert found == {"ran": 5, "cached": 5}
    writes = [line for line in registry.requests()[len(before) :] if not line.startswith(("GET ", "HEAD "))]
    assert writes == []


def test_a_cache_that_may_not_be_written_is_read_all_the_same(
    buildah_host: lab.BuildahHost, registry: lab.Registry, context: Path
) -> None:
    run(buildah_host, context, *image(registry))
    with lab.Registry(holds=registry, read_only=True) as closed, lab.Registry() as images:
        cache = ("--image", f"{images.host}/app", "--cache-image", f"{closed.host}/app-cache")
        assert run(buildah_host, context, *cache) == {"ran": 0, "cached": ALL_RUN}
        script = ("script", ".", "--engine", "buildah", *cache, "-o", "build.sh")
        buildah_host.run(*STAGEPLAN, *script, cwd=context)
        told = buildah_host.run("dash", "build.sh", cwd=context).stderr
    assert f"warning: nothing is kept for the next build: {closed.host}/app-cache cannot be written" in told


def test_a_cache_that_does_not_answer_costs_time_and_not_the_build(
    buildah_host: lab.BuildahHost, registry: lab.Registry, context: Path
) -> None:
    dead = lab.Registry()
    dead.start()
    host = dead.host
    dead.close()
    words = ("--image", f"{registry.host}/app", "--cache-image", f"{host}/app-cache")
    assert run(buildah_host, context, *words) == {"ran": ALL_RUN, "cached": 0}
    assert any("manifests/main 201" in line for line in registry.requests())


def test_a_failed_build_leaves_no_container(
    buildah_host: lab.BuildahHost, registry: lab.Registry, context: Path
) -> None:
    (context / "Dockerfile").write_text(dockerfile(buildah_host) + "RUN echo to-be-seen; exit 7\n")
    words = ("run", ".", "--engine", "buildah", *image(registry))
    done = buildah_host.run(*STAGEPLAN, *words, cwd=context, check=False)
    assert done.returncode == 4
    assert "error[step-failed]: stage 'final' failed at 'RUN echo to-be-seen; exit 7': " in done.stderr
    assert "to-be-seen" in done.stderr
    assert buildah_host.run("buildah", "containers", "--quiet", cwd=context).stdout == ""

"""A bake file does what a run does: the same image, and nothing that is cached runs again."""

import json
import sys
from pathlib import Path

import pytest

import lab
from bench.trials import DOCKERFILE
from lab.contents import Image, differences
from stageplan.run.build_record import BuildRecord
from stageplan.run.progress_stream import ProgressStream

STAGEPLAN = (sys.executable, "-m", "stageplan")


@pytest.fixture
def context(tmp_path: Path) -> Path:
    folder = tmp_path / "context"
    folder.mkdir()
    (folder / "Dockerfile").write_text(DOCKERFILE)
    for name in ("deps", "app", "assets"):
        (folder / f"{name}.txt").write_text(f"{name}\n")
    return folder


def bake(engine: lab.Engine, context: Path, file: str) -> set[str]:
    """The instructions that ran, of all groups one after the other."""
    if file.endswith(".json"):
        groups = list(json.loads((context / file).read_text())["group"])
    else:
        lines = (context / file).read_text().splitlines()
        groups = [line.split('"')[1] for line in lines if line.startswith("group ")]
    ran: set[str] = set()
    for group in groups:
        words = ("docker", "buildx", "bake", "--file", file, "--progress=rawjson", group)
        done = engine.run(*words, cwd=context)
        stream, record = ProgressStream(), BuildRecord()
        for line in done.stderr.encode().splitlines(keepends=True):
            report = stream.feed(line)
            if report is not None and not isinstance(report, str):
                record.add(report)
        ran |= {vertex.name for vertex in record.instructions if not vertex.cached}
    return ran


@pytest.mark.parametrize(
    ("strategy", "file", "checks"),
    [
        pytest.param("registry", "docker-bake.json", ("--check", "deps"), id="registry, tags last"),
        pytest.param("registry", "bake.hcl", (), id="registry in HCL"),
        pytest.param("inline", "bake.hcl", (), id="inline"),
        pytest.param("local", "docker-bake.json", (), id="local"),
    ],
)
def test_the_image_is_that_of_a_run_and_nothing_runs_twice(
    engine: lab.Engine,
    registry: lab.Registry,
    context: Path,
    strategy: str,
    file: str,
    checks: tuple[str, ...],
) -> None:
    options = ["--strategy", strategy, "--scope", "Feature/x", "--fallback-scope", "main", *checks]
    planned = [*options, "--image", f"{registry.host}/baked"]
    engine.run(*STAGEPLAN, "script", ".", *planned, "-o", file, cwd=context)
    assert len(bake(engine, context, file)) == 10
    engine.run(*STAGEPLAN, "run", ".", *options, "--image", f"{registry.host}/run", cwd=context)
    tag = "feature-x-2bbbaa271e"
    images = [Image.read(registry, f"{name}:{tag}") for name in ("baked", "run")]
    assert differences(*images) == ()
    engine.wipe()
    engine.run(*STAGEPLAN, "script", ".", *planned, "-o", file, cwd=context)
    assert bake(engine, context, file) == set()


def test_a_new_branch_takes_what_its_fallback_has(
    engine: lab.Engine, registry: lab.Registry, context: Path
) -> None:
    options = ["--strategy", "registry", "--image", f"{registry.host}/app", "--fallback-scope", "main"]
    engine.run(*STAGEPLAN, "run", ".", *options, "--scope", "main", cwd=context)
    engine.wipe()
    engine.run(*STAGEPLAN, "script", ".", *options, "--scope", "new", "-o", "docker-bake.json", cwd=context)
    assert bake(engine, context, "docker-bake.json") == set()
    assert Image.read(registry, "app:new") == Image.read(registry, "app:main")

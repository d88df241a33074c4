"""The real pack on engines that hold nothing: the cache image brings back what buildpacks keep."""

import json
import sys
from pathlib import Path

import pytest

import lab
from lab import LabUnavailableError, pack
from lab.engine import CommandError
from stageplan.plan.scope import slug

STAGEPLAN = (sys.executable, "-m", "stageplan")
MADE = {"demo/deps:deps": "made", "demo/deps:tools": "made"}
KEPT = dict.fromkeys(MADE, "kept")


@pytest.fixture(scope="session")
def pack_folder() -> Path:
    """Where pack is; without it the test is skipped, with the reason."""
    try:
        return pack.pack()
    except LabUnavailableError as error:
        pytest.skip(str(error))


@pytest.fixture
def builder(pack_folder: Path, engine: lab.Engine, hub: lab.Registry) -> str:
    """A builder image, in the registry that stands in for Docker Hub."""
    assert pack_folder.is_dir()
    return pack.push_builder(engine, hub)


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """A folder without Dockerfile."""
    folder = tmp_path / "app"
    folder.mkdir()
    (folder / "deps.txt").write_text("one\n")
    return folder


class Project:
    """An app, and where it goes."""

    def __init__(self, engine: lab.Engine, registry: lab.Registry, builder: str, app: Path) -> None:
        self.engine = engine
        self.registry = registry
        self.folder = app
        self.env = {"PATH": f"{pack.pack()}:{engine.env['PATH']}", "PACK_HOME": str(app.parent / "pack")}
        self.words = ("--engine", "pack", "--image", f"{registry.host}/app", "--pack-builder", builder)

    def run(self, *words: str) -> dict[str, str]:
        """What a run did to each layer, on an engine that holds nothing."""
        self.engine.wipe()
        self.stageplan("run", ".", *self.words, *words, "--report", "report.json")
        report = json.loads((self.folder / "report.json").read_bytes())
        assert report["warnings"] == []
        layers = report["stages"][0]["instructions"]
        return {layer["text"]: "kept" if layer["cached"] else "made" for layer in layers}

    def stageplan(self, *words: str) -> str:
        """What a command printed."""
        return self.engine.run(*STAGEPLAN, *words, cwd=self.folder, env=self.env).stdout


@pytest.fixture
def project(engine: lab.Engine, registry: lab.Registry, builder: str, app: Path) -> Project:
    return Project(engine, registry, builder, app)


def test_a_new_machine_takes_the_layers_from_the_cache_image(project: Project) -> None:
    assert project.run("--scope", "main") == MADE
    assert project.run("--scope", "main") == KEPT
    (project.folder / "deps.txt").write_text("two\n")
    assert project.run("--scope", "main") == MADE


def test_a_second_image_takes_what_its_builds_need_from_the_same_cache_image(project: Project) -> None:
    project.run("--scope", "main")
    other = (
        "--image",
        f"{project.registry.host}/other",
        "--cache-image",
        f"{project.registry.host}/app-cache",
    )
    assert project.run("--scope", "main", *other) == MADE | {"demo/deps:tools": "kept"}


def test_a_branch_begins_with_the_cache_of_main_and_leaves_it_alone(project: Project) -> None:
    project.run("--scope", "main")
    before = tag_digest(project, "app-cache:main")
    assert project.run("--scope", "Feature/x", "--fallback-scope", "main") == KEPT
    assert tag_digest(project, "app-cache:main") == before
    assert tag_digest(project, f"app-cache:{slug('Feature/x')}")


def test_a_fork_reads_the_cache_and_leaves_every_registry_but_its_own_alone(project: Project) -> None:
    project.run("--scope", "main")
    before = len(project.registry.requests())
    with lab.Registry() as scratch:
        fork = ("--scope", "fork", "--fallback-scope", "main", "--read-only")
        assert project.run(*fork, "--scratch-registry", scratch.host) == KEPT
    after = project.registry.requests()[before:]
    assert [line for line in after if not line.startswith(("GET ", "HEAD "))] == []


def test_script_and_run_issue_the_same_commands(project: Project, tmp_path: Path) -> None:
    project.run("--scope", "main")
    words = (*project.words, "--scope", "x", "--fallback-scope", "main")
    expected = project.stageplan("run", ".", *words, "--dry-run").splitlines()
    project.stageplan("script", ".", *words, "-o", "build.sh")
    path = {"PATH": f"{tmp_path / 'bin'}:{project.env['PATH']}"}
    record = tmp_path / "record"
    (tmp_path / "bin").mkdir()
    for name in ("pack", "docker"):
        real = pack.pack() / name if name == "pack" else which(project.env["PATH"], name)
        (tmp_path / "bin" / name).write_text(f'#!/bin/sh\necho "{name} $*" >>{record}\nexec {real} "$@"\n')
        (tmp_path / "bin" / name).chmod(0o755)
    project.engine.run("dash", "build.sh", cwd=project.folder, env=project.env | path)
    issued = [line for line in record.read_text().splitlines() if " inspect " not in line]
    assert issued == expected
    assert len(issued) == 2


def test_a_build_that_fails_says_why_in_packs_words(project: Project) -> None:
    (project.folder / "deps.txt").unlink()
    with pytest.raises(CommandError) as failed:
        project.run("--scope", "main")
    assert "error[step-failed]: 'app' failed: " in str(failed.value)


def which(path: str, program: str) -> Path:
    return next(found for part in path.split(":") if (found := Path(part, program)).is_file())


def tag_digest(project: Project, name: str) -> str:
    ref = f"{project.registry.host}/{name}"
    words = ("docker", "buildx", "imagetools", "inspect", "--format", "{{.Manifest.Digest}}", ref)
    return project.engine.run(*words).stdout

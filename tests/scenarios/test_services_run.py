"""A compose file does what bake does with it: the same images, and nothing that is cached runs again."""

import json
import sys
from pathlib import Path

import pytest

import lab
from lab.contents import Image, differences

STAGEPLAN = (sys.executable, "-m", "stageplan")
COMPOSE = """\
services:
  web:
    image: ${REPO}/web:1
    build: {context: app, target: web, args: {GREETING: hello}, additional_contexts: {os: "service:base"}}
  worker:
    image: ${REPO}/worker:1
    build: {context: app, target: worker, args: {GREETING: hello}, additional_contexts: {os: "service:base"}}
  base:
    image: ${REPO}/base:1
    build: base
  database:
    image: postgres
"""
JOB = """\
  job:
    image: ${REPO}/job:1
    build: {context: job, args: {REPO: "${REPO}"}}
"""
BASE = "FROM busybox\nRUN echo base >/base\n"
APP = """\
FROM os AS deps
ARG GREETING
RUN echo "$GREETING" >/deps

FROM deps AS web
COPY web.txt /
RUN cat /base /deps /web.txt >/web

FROM deps AS worker
RUN cat /base /deps >/worker
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    (folder / "base").mkdir(parents=True)
    (folder / "app").mkdir()
    (folder / "compose.yaml").write_text(COMPOSE)
    (folder / "base/Dockerfile").write_text(BASE)
    (folder / "app/Dockerfile").write_text(APP)
    (folder / "app/web.txt").write_text("web\n")
    return folder


def add_job(project: Path) -> None:
    """A service that names another's image in its FROM."""
    (project / "compose.yaml").write_text(COMPOSE + JOB)
    (project / "job").mkdir()
    (project / "job/Dockerfile").write_text("ARG REPO\nFROM $REPO/worker:1\nRUN cat /worker >/job\n")


def counts(engine: lab.Engine, project: Path, repository: str, *words: str) -> tuple[int, int]:
    """How many instructions ran and were cached."""
    done = engine.run(
        *STAGEPLAN, "run", "compose.yaml", "--json", *words, cwd=project, env={"REPO": repository}
    )
    report = json.loads(done.stdout)
    assert report["ok"]
    return report["rerun_count"], report["cached_count"]


def test_the_images_are_those_of_bake_and_nothing_runs_twice(
    engine: lab.Engine, registry: lab.Registry, project: Path
) -> None:
    ours = f"{registry.host}/ours"
    assert counts(engine, project, ours, "--scope", "main")[0] == 5
    engine.wipe()
    assert counts(engine, project, ours, "--scope", "main") == (0, 5)
    bake = ("docker", "buildx", "bake", "--file", "compose.yaml", "--push")
    engine.run(*bake, cwd=project, env={"REPO": f"{registry.host}/theirs"})
    scripted = {"REPO": f"{registry.host}/scripted"}
    engine.run(*STAGEPLAN, "script", "compose.yaml", "-o", "build.sh", cwd=project, env=scripted)
    engine.run("sh", "build.sh", cwd=project)
    for name in ("base", "web", "worker"):
        image = Image.read(registry, f"ours/{name}:1")
        for other in ("theirs", "scripted"):
            assert differences(image, Image.read(registry, f"{other}/{name}:1")) == ()


def test_a_pull_request_builds_on_its_own_base_and_writes_nothing(
    engine: lab.Engine, registry: lab.Registry, project: Path
) -> None:
    repository = f"{registry.host}/shop"
    add_job(project)
    counts(engine, project, repository, "--scope", "main")
    blobs = registry.blobs()
    engine.wipe()
    (project / "base/Dockerfile").write_text(BASE.replace("echo base", "echo other"))
    counts(engine, project, repository, "--scope", "pr", "--fallback-scope", "main", "--read-only")
    assert registry.blobs() == blobs
    shown = engine.run("docker", "run", "--rm", "--network=none", "shop-web", "cat", "/web")
    assert shown.stdout == "other\nhello\nweb\n"
    shown = engine.run("docker", "run", "--rm", "--network=none", "shop-job", "cat", "/job")
    assert shown.stdout == "other\nhello\n"


def test_what_the_engine_holds_is_not_taken_for_what_was_just_pushed(
    engine: lab.Engine, registry: lab.Registry, project: Path
) -> None:
    repository = f"{registry.host}/shop"
    add_job(project)
    counts(engine, project, repository, "--scope", "main")
    for name in ("base", "worker"):
        engine.run("docker", "pull", "--quiet", f"{repository}/{name}:1")
    (project / "base/Dockerfile").write_text(BASE.replace("echo base", "echo other"))
    counts(engine, project, repository, "--scope", "main")
    engine.run("docker", "pull", "--quiet", f"{repository}/job:1")
    shown = engine.run("docker", "run", "--rm", "--network=none", f"{repository}/job:1", "cat", "/job")
    assert shown.stdout == "other\nhello\n"


def test_a_script_does_the_same_without_a_registry(engine: lab.Engine, project: Path) -> None:
    text = "".join(line for line in COMPOSE.splitlines(keepends=True) if "image: $" not in line)
    text = text.replace(
        "    build: base", "    image: alpine:3.22  # a registry has another of that name\n    build: base"
    )
    (project / "compose.yaml").write_text(text)
    engine.run(*STAGEPLAN, "script", "compose.yaml", "--scope", "main", "-o", "build.sh", cwd=project)
    engine.run("sh", "build.sh", cwd=project)
    engine.wipe()
    assert counts(engine, project, "", "--scope", "main") == (0, 5)
    assert engine.run("docker", "run", "--rm", "--network=none", "shop-worker", "cat", "/worker").stdout == (
        "base\nhello\n"
    )


def test_what_buildx_cannot_read_is_said_with_its_reason(engine: lab.Engine, project: Path) -> None:
    (project / "compose.yaml").write_text("services:\n  web:\n    image: ${NAME?no name}\n    build: .\n")
    done = engine.run(*STAGEPLAN, "plan", "compose.yaml", cwd=project, check=False)
    assert done.returncode == 2
    assert done.stderr == (
        "error[services-unreadable]: buildx cannot read 'compose.yaml': error while interpolating"
        " services.web.image: required variable NAME is missing a value: no name\n"
        "hint: correct the file; docker buildx bake --print shows what it says\n"
    )


def test_a_bake_file_with_its_links_is_planned(engine: lab.Engine, project: Path) -> None:
    (project / "docker-bake.hcl").write_text(
        'group "default" { targets = ["web"] }\n'
        'target "os" { context = "base" }\n'
        'target "web" {\n  context = "app"\n  target = "web"\n  contexts = { os = "target:os" }\n}\n'
    )
    words = ("plan", "docker-bake.hcl", "--scope", "main", "-o", "plan.json")
    engine.run(*STAGEPLAN, *words, cwd=project)
    engine.run(*STAGEPLAN, "run", "plan.json", cwd=project)
    shown = engine.run("docker", "run", "--rm", "--network=none", "shop-web", "cat", "/web")
    assert shown.stdout == "base\n\nweb\n"

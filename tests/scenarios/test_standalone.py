"""A standalone BuildKit, through the remote driver and with no engine: nothing runs that does not have to."""

import json
import sys
from pathlib import Path

import pytest

import lab
from bench.trials import DOCKERFILE, KINDS, Kind, needless
from lab.buildkitd import NAME, BuildKit
from lab.contents import Image, differences
from lab.s3 import S3

STAGEPLAN = (sys.executable, "-m", "stageplan")
BY_NAME = {kind.name: kind for kind in KINDS}


@pytest.fixture
def context(tmp_path: Path) -> Path:
    folder = tmp_path / "context"
    folder.mkdir()
    (folder / "Dockerfile").write_text(DOCKERFILE)
    for name in ("deps", "app", "assets"):
        (folder / f"{name}.txt").write_text(f"{name}\n")
    return folder


@pytest.mark.parametrize(
    ("strategy", "kind"),
    [
        ("registry", BY_NAME["source changed"]),
        ("registry", BY_NAME["after a failed run"]),
        ("local", BY_NAME["branch and main"]),
    ],
    ids=lambda value: value.name if isinstance(value, Kind) else value,
)
def test_hits(buildkit: BuildKit, strategy: str, kind: Kind) -> None:
    assert needless(buildkit, strategy, kind, 1) == [()]


def ran(folder: Path) -> int:
    """How many instructions the last run ran."""
    stages = json.loads((folder / "report.json").read_bytes())["stages"]
    return sum(not item["cached"] for stage in stages for item in stage["instructions"])


def test_a_bucket(buildkit: BuildKit, registry: lab.Registry, s3: S3, context: Path) -> None:
    options = [word for option in s3.options for word in ("--cache-option", option)]
    words = (*STAGEPLAN, "run", ".", "--strategy", "s3", "--image", f"{registry.host}/app", *options)
    counts = []
    for scope in ("main", "main", "new"):
        (context / "app.txt").write_text("changed\n" if scope == "new" else "app\n")
        buildkit.run(*words, "--scope", scope, "--report", "report.json", cwd=context, env=s3.env)
        counts.append(ran(context))
        buildkit.wipe()
    assert counts == [10, 0, 10]


def test_keyed_beside_an_engine(
    buildkit: BuildKit, engine: lab.Engine, registry: lab.Registry, context: Path
) -> None:
    buildkit.attach(engine)
    words = (*STAGEPLAN, "run", ".", "--scope", "main", "--report", "report.json", "--jobs", "4")
    keyed = ("--builder", NAME, "--strategy", "keyed", "--image", f"{registry.host}/keyed")
    engine.run(*words, *keyed, cwd=context)
    engine.run(*words, "--strategy", "none", "--image", f"{registry.host}/plain", cwd=context)
    images = [Image.read(registry, f"{name}:main") for name in ("keyed", "plain")]
    assert differences(*images) == ()
    buildkit.wipe()
    buildkit.attach(engine) if NAME not in engine.run("docker", "buildx", "ls").stdout else None
    (context / "app.txt").write_text("changed\n")
    engine.run(*words, *keyed, cwd=context)
    assert ran(context) == 5


def test_doctor_tells_of_it(buildkit: BuildKit) -> None:
    told = buildkit.run(*STAGEPLAN, "doctor").stdout.splitlines()
    assert told[:4] == [
        f"-   engine: there is none; builder '{NAME}' needs none",
        "      name an --image to push to: there is nothing to load images into",
        f"ok  buildx: buildx 0.29.1, builder '{NAME}' (remote, BuildKit 0.25.2)",
        "ok  image store: the builder's own, in overlayfs; images go to a registry",
    ]
    assert "ok  strategy s3: BuildKit caches in an S3 bucket" in told

"""The classic builder does not read the ignore file that is named after the Dockerfile; a plan says so."""

import json
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize(("strategy", "count"), [("classic", 1), ("registry", 0)])
def test_a_plan_warns_of_it(tmp_path: Path, strategy: str, count: int) -> None:
    (tmp_path / "app.Dockerfile").write_text("FROM scratch AS a\nCOPY . /\n")
    (tmp_path / "app.Dockerfile.dockerignore").write_text("secrets\n")
    words = ("plan", "--offline", "--json", "-f", "app.Dockerfile", "--image", "r.example.com/a")
    command = (sys.executable, "-m", "stageplan", *words, "--strategy", strategy)
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    what = "the classic builder passes over 'app.Dockerfile.dockerignore'"
    why = "it reads the .dockerignore of the context alone"
    assert json.loads(done.stdout)["warnings"] == [f"{what}: {why}"] * count

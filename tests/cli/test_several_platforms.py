"""Several platforms on the command line: a plan for all, and a graph of the first."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from stageplan.cli.app import app
from stageplan.errors import UsageError

BOTH = ("--platform", "linux/arm64,linux/amd64")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Dockerfile").write_text("FROM scratch AS arm64\nFROM scratch AS amd64\nFROM $TARGETARCH\n")
    return tmp_path


def told(*words: str) -> str:
    """What a command printed that succeeded."""
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_a_graph_is_that_of_the_first() -> None:
    assert "from stage arm64" in told("graph", *BOTH)


def test_a_plan_of_several_differs_in_nothing_from_itself() -> None:
    told("plan", "--offline", "--image", "r.example/app", "--scope", "main", *BOTH, "-o", "plan.json")
    assert "no stage differs" in told("diff", "plan.json", "plan.json")


def test_a_run_shows_what_it_would_do() -> None:
    words = ("--image", "r.example/app", "--scope", "main", *BOTH, "--strategy", "none")
    told("plan", "--offline", *words, "-o", "plan.json")
    last = told("run", "plan.json", "--dry-run").splitlines()[-1]
    assert last.endswith("r.example/app@DIGEST r.example/app@DIGEST")


def test_nothing_is_joined_where_nothing_is_written() -> None:
    words = ("--image", "r.example/app", "--scope", "main", "--read-only", "--strategy", "registry")
    steps = told("plan", "--offline", *words, *BOTH).partition("steps\n")[2]
    assert "tags:" not in steps
    assert "@linux-arm64" in steps


def test_pack_builds_for_one() -> None:
    words = ("--offline", "--engine", "pack", "--image", "r.example/app", "--pack-builder", "r.example/b")
    with pytest.raises(UsageError, match="strategy 'pack' plans for one platform at a time"):
        CliRunner().invoke(app, ("plan", *words, *BOTH), catch_exceptions=False)

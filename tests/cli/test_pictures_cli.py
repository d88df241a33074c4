"""The formats of `stageplan graph`, and `stageplan report`, from the outside."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DEMO = str(ROOT / "fixtures/demo")
BEGINS = {
    "tree": f"{DEMO}/Dockerfile: 9 stages, 9 needed for site\n\n○ base ",
    "json": '{\n  "version": 1,',
    "mermaid": f"%% {DEMO}/Dockerfile: 9 stages, 9 needed for site\nflowchart LR\n",
    "dot": "digraph stages {\n",
    "svg": '<?xml version="1.0" encoding="UTF-8"?>\n<svg ',
    "html": '<!doctype html>\n<html lang="en">',
}


def stageplan(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "stageplan", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("form", BEGINS)
def test_a_format_goes_to_stdout_or_to_a_file(tmp_path: Path, form: str) -> None:
    words = ("graph", DEMO, "--offline", "--check", "test", "--format", form)
    done = stageplan(tmp_path, *words)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(BEGINS[form])
    assert stageplan(tmp_path, *words, "-o", "file").stdout == ""
    assert (tmp_path / "file").read_text() == done.stdout


def test_every_format_says_the_same_of_targets_and_checks(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM a AS one\nFROM a AS two\nFROM a AS three\nFROM a AS four\n")
    words = ("graph", "--offline", "--target", "two", "--target", "one", "--check", "three")
    assert stageplan(tmp_path, *words).stdout == (
        "Dockerfile: 4 stages, 3 needed for two, one\n"
        "\n"
        "● one    from a\n"
        "● two    from a\n"
        "● three  from a\n"
        "· four   from a  (not needed)\n"
    )
    document = json.loads(stageplan(tmp_path, *words, "--json").stdout)
    assert (document["targets"], document["checks"]) == ([1, 0], [2])
    assert [stage["reachable"] for stage in document["stages"]] == [True, True, True, False]
    assert "class s0,s1 target" in stageplan(tmp_path, *words, "--format", "mermaid").stdout


def test_a_report_of_a_plan(tmp_path: Path) -> None:
    stageplan(tmp_path, "plan", DEMO, "--offline", "--strategy", "none", "--check", "test", "-o", "plan.json")
    done = stageplan(tmp_path, "report", "plan.json", "--against", "plan.json", "-o", "page.html")
    assert (done.returncode, done.stderr) == (0, "")
    page = (tmp_path / "page.html").read_text()
    assert "plan.json → plan.json" in page
    assert "No stage differs" in page


def test_what_is_no_report_is_refused(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text("{}")
    done = stageplan(tmp_path, "report", DEMO, "--run", "run.json")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "error[report-invalid]: 'run.json' is no report: Object missing required field `version`\n"
        "hint: write one with: stageplan run --report FILE\n"
    )

"""`stageplan check` from the outside: what it prints, and its exit code."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

BUSTING = "FROM node:22\nCOPY . .\nRUN npm ci\n"
ONLY_A_NOTE = "FROM alpine AS left\nFROM alpine\n"
WORDS = (
    "Dockerfile:2:1: warning[copy-before-run]: any changed file of the context "
    "makes 'npm ci' on line 3 run again\n"
    "2 | COPY . .\n"
    "    ^^^^^^^^\n"
    "hint: first copy package.json and package-lock.json and run `npm ci`, then copy the rest\n"
)


def stageplan(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "stageplan", "check", "--offline", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def written(folder: Path, text: str) -> Path:
    (folder / "Dockerfile").write_text(text)
    return folder


def test_findings_go_to_stdout_and_their_number_to_stderr(tmp_path: Path) -> None:
    done = stageplan(written(tmp_path, BUSTING))
    assert (done.returncode, done.stdout, done.stderr) == (0, WORDS, "1 warning\n")


@pytest.mark.parametrize(
    ("text", "words", "code"),
    [
        (BUSTING, ("--exit-code",), 1),
        (BUSTING, ("--exit-code", "--ignore", "copy-before-run"), 0),
        (ONLY_A_NOTE, ("--exit-code",), 0),  # a note is no warning
        ("FROM alpine\nCOPY --from=1 a b\n", ("--exit-code",), 3),  # refused by the build
    ],
    ids=["warning", "ignored", "note", "error"],
)
def test_exit_code(tmp_path: Path, text: str, words: tuple[str, ...], code: int) -> None:
    assert stageplan(written(tmp_path, text), *words).returncode == code


def test_a_misspelt_rule_is_refused(tmp_path: Path) -> None:
    done = stageplan(written(tmp_path, BUSTING), "--ignore", "link-save")
    assert (done.returncode, done.stdout, done.stderr) == (
        2,
        "",
        "error[unknown-check]: there is no rule 'link-save'\nhint: did you mean 'link-safe'?\n",
    )


@pytest.mark.parametrize("option", ["--target", "--check"])
def test_a_stage_that_is_built_is_not_unreached(tmp_path: Path, option: str) -> None:
    words = ("--target", "stage", "--target", "left") if option == "--target" else ("--check", "left")
    done = stageplan(written(tmp_path, f"{ONLY_A_NOTE[:-1]} AS stage\n"), *words)
    assert (done.stdout, done.stderr) == ("", "nothing to warn of\n")


def test_json_and_sarif_say_the_same(tmp_path: Path) -> None:
    folder = written(tmp_path, BUSTING)
    (finding,) = json.loads(stageplan(folder, "--json").stdout)
    stageplan(folder, "--format", "sarif", "-o", "out.sarif")
    (run,) = json.loads((folder / "out.sarif").read_text())["runs"]
    (result,) = run["results"]
    assert (finding["rule"], finding["severity"]) == (result["ruleId"], result["level"])
    assert f"{finding['message']}\n{finding['hint']}" == result["message"]["text"]

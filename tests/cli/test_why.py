"""`stageplan why` from the outside: what a file re-runs, what a stage is made of."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

DEMO = str(Path(__file__).parents[2] / "fixtures/demo")
FILE = """\
tools/render.awk is read by
  tools line 15: COPY tools/*.awk tools/

if it changed, 10 of 18 instructions would run again
  tools   from line 15, 2 of 2
  pages   from line 19, 2 of 2
  search  from line 25, 3 of 3
  test    from line 34, 1 of 1
  site    from line 42, 2 of 4, where what it copies changes with it
"""
STAGE = """\
search  line 24, starts from stage tools, needed for site

reads of the build context
  line 26: COPY pages/ pages/
    pages
    pages/runners.txt
    pages/stages.txt

needs
  base        dictionary starts from it; tools starts from it
  dictionary  search copies /dictionary.txt
  tools       search starts from it

reads through them
  dictionary line 9: COPY tools/dictionary.txt tools/
    tools/dictionary.txt
  tools line 15: COPY tools/*.awk tools/
    tools/index.awk
    tools/render.awk

would change with it
  site  copies /site/ from search
"""
IGNORED = """\
Dockerfile is not in the build context: line 2 of .dockerignore leaves it out

if it changed, no instruction would run again, of 18
"""
UNREAD = """\
unread.txt is read by no instruction

if it changed, no instruction would run again, of 2
"""


def why(folder: str | Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "stageplan", "why", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def context(tmp_path: Path) -> Path:
    """A context with many files, one of which no stage reads, and a mount of all others."""
    lines = [
        "FROM alpine AS build",
        "RUN --mount=type=bind,source=src,target=/src make",
        "FROM build AS test",
        "COPY src/1 /",
        "FROM alpine",
        "COPY --from=build /out /",
    ]
    (tmp_path / "Dockerfile").write_text("\n".join(lines))
    (tmp_path / "src").mkdir()
    for number in range(12):
        (tmp_path / "src" / str(number)).write_text("")
    (tmp_path / "unread.txt").write_text("")
    return tmp_path


@pytest.mark.parametrize(
    ("word", "text"),
    [("tools/render.awk", FILE), ("search", STAGE), ("SEARCH", STAGE), ("Dockerfile", IGNORED)],
    ids=["file", "stage", "any case", "ignored"],
)
def test_the_demo(word: str, text: str) -> None:
    done = why(DEMO, word, "--check", "test")
    assert (done.returncode, done.stdout, done.stderr) == (0, text, "")


def test_a_file_that_nothing_reads(context: Path) -> None:
    assert why(context, "unread.txt").stdout == UNREAD


def test_a_path_starts_at_the_context_or_here(context: Path) -> None:
    (context / "src" / "tools").mkdir()
    from_context, from_here = why(context, "src/3"), why(context / "src", "3", "..")
    assert from_context.stdout == from_here.stdout
    assert from_context.stdout.startswith("src/3 is read by\n  build line 2: ")


def test_a_stage_that_is_not_needed_is_told_but_does_not_run(context: Path) -> None:
    text = why(context, "src/1").stdout
    assert "  test line 4: COPY src/1 /  (not needed)\n" in text
    assert "2 of 2 instructions would run again\n" in text
    assert "test" in why(context, "src/1", "--check", "test").stdout.partition("if it changed")[2]


def test_many_files_are_cut_short_unless_asked_for(context: Path) -> None:
    assert "    src/4\n    and 5 more\n" in why(context, "build").stdout
    assert "    src/9\n" in why(context, "build", "--all").stdout


def test_a_file_with_the_name_of_a_stage(context: Path) -> None:
    (context / "build").write_text("")
    assert why(context, "build").stdout.startswith("build  line 1, ")
    assert why(context, "./build").stdout.startswith("build is read by no instruction")


def test_json(context: Path) -> None:
    path = json.loads(why(context, "src/1", "--json").stdout)
    assert [(stage["name"], stage["run"], stage["may_run"]) for stage in path["stages"]] == [
        ("build", 1, 0),
        ("stage-2", 0, 1),
    ]
    stage = json.loads(why(context, "build", "--json").stdout)
    assert (stage["name"], len(stage["readers"][0]["files"])) == ("build", 13)


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("biuld", "did you mean 'build'?"),
        ("src/112", "did you mean 'src/11'?"),
        ("nothing-like-it", "the stages are build, test, stage-2"),
    ],
    ids=["stage", "file", "nothing"],
)
def test_a_word_that_is_neither(context: Path, word: str, hint: str) -> None:
    done = why(context, word)
    message = f"'{word}' is neither a stage nor a file of the build context '.'"
    assert (done.returncode, done.stderr) == (2, f"error[neither-stage-nor-path]: {message}\nhint: {hint}\n")

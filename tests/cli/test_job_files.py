"""`stageplan script` for CI systems: what it refuses, and what `--verify` says."""

from pathlib import Path

import pytest

from tests.cli.test_bad_input import GOOD, stageplan

IMAGE = ("--image", "r.example.com/a")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        pytest.param(
            ("--format", "github", *IMAGE, "--strategy", "registry"),
            "error[jobs-strategy]: strategy 'registry' keeps nothing that jobs on other machines could find "
            "by its key\nhint: leave out --strategy, or take keyed\n",
            id="another strategy",
        ),
        pytest.param(
            ("--format", "make", *IMAGE, "--no-cache", "all"),
            "error[jobs-once]: '--no-cache' would be said to every job of every commit\n"
            "hint: leave it out, and give it to `stageplan run` by hand\n",
            id="what is wanted once",
        ),
        pytest.param(
            ("--format", "make", *IMAGE, "--stage", "builder"),
            "error[jobs-once]: '--stage' would be said to every job of every commit\n"
            "hint: leave it out, and give it to `stageplan run` by hand\n",
            id="one stage",
        ),
        pytest.param(
            ("--format", "github"),
            "error[strategy-refused]: strategy 'keyed' cannot run here: it keeps images by key in a "
            "registry, and there is no --image\nhint: leave out --strategy to take the best that can\n",
            id="no image",
        ),
        pytest.param(
            ("--format", "sh", *IMAGE, "--setup", "x"),
            "error[jobs-option]: '--setup' is for files of CI jobs, and the format is 'sh'\n"
            "hint: take --format github, gitlab, buildkite, circleci, argo, tekton, make\n",
            id="an option of jobs for a script",
        ),
        pytest.param(
            ("--format", "make", *IMAGE, "--build-arg", "A=1\n2"),
            "error[make-line-end]: an option has a line end in it, and make begins another command there\n"
            "hint: give it by the environment: --build-arg NAME without a value\n",
            id="a line end for make",
        ),
        pytest.param(
            ("plan.json", "--format", "github", *IMAGE),
            "error[jobs-plan]: 'plan.json' is a plan, which is for one commit; a file of CI jobs is for all\n"
            "hint: name the build context instead\n",
            id="a plan",
        ),
    ],
)
def test_refused(tmp_path: Path, words: tuple[str, ...], message: str) -> None:
    (tmp_path / "Dockerfile").write_text(GOOD)
    done = stageplan(tmp_path, "script", *words)
    assert (done.returncode, done.stderr, done.stdout) == (2, message, "")


def test_a_file_that_is_out_of_date(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM x AS deps\nRUN a\nFROM y AS app\nCOPY --from=deps /a /a\n")
    words = ("script", "--format", "make", *IMAGE, "--setup", "")
    assert stageplan(tmp_path, *words, "-o", "jobs.mk").returncode == 0
    written = (tmp_path / "jobs.mk").read_bytes()
    assert stageplan(tmp_path, *words, "--verify", "jobs.mk").returncode == 0

    (tmp_path / "file.txt").write_text("the content of files does not matter")
    (tmp_path / "Dockerfile").write_text("FROM x AS deps\nRUN b\nFROM y AS app\nCOPY --from=deps /a /a\n")
    assert stageplan(tmp_path, *words, "--verify", "jobs.mk").returncode == 0

    (tmp_path / "Dockerfile").write_text("FROM x AS deps\nRUN b\nFROM deps AS app\nRUN b\n")
    done = stageplan(tmp_path, *words, "--target", "deps", "--verify", "jobs.mk")
    assert (done.returncode, done.stderr) == (
        1,
        "'jobs.mk' is out of date; its first lines say how it is made anew\n",
    )
    assert done.stdout.startswith("--- jobs.mk\n+++ jobs.mk, made anew\n@@ -1,")
    assert "\n-stage-app: stage-deps\n" in done.stdout
    assert (tmp_path / "jobs.mk").read_bytes() == written


def test_a_file_to_verify_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(GOOD)
    done = stageplan(tmp_path, "script", "--format", "make", *IMAGE, "--verify", "jobs.mk")
    assert done.returncode == 2
    assert done.stderr.startswith("error[no-such-file]: there is no file 'jobs.mk'\n")


def test_its_folder_is_made(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(GOOD)
    (tmp_path / "file").write_text("")
    words = ("script", "--format", "github", *IMAGE)
    assert stageplan(tmp_path, *words, "-o", ".github/workflows/image.yml").returncode == 0
    assert (tmp_path / ".github/workflows/image.yml").is_file()
    done = stageplan(tmp_path, *words, "-o", "file/image.yml")
    assert (done.returncode, done.stderr.partition("\n")[0]) == (
        2,
        "error[not-writable]: cannot write 'file/image.yml': not a directory",
    )


def test_the_header_makes_the_same_file_again(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM x AS deps\nRUN a\nFROM y AS app\nCOPY --from=deps /a /a\n")
    words = ("--jobs-from", "waves", "--setup", "echo 'a  b'", "--timeout", "5", "--no-read-only", "-t", "v1")
    text = stageplan(tmp_path, "script", "--format", "gitlab", *words).stdout
    renewal = text.splitlines()[1].removeprefix("#   ")
    assert renewal == (
        "stageplan script --format=gitlab --tag=v1 --no-read-only --jobs-from=waves "
        "'--setup=echo '\"'\"'a  b'\"'\"'' --timeout=5"
    )
    assert "stageplan run --strategy=keyed --tag=v1 --no-read-only --stage=deps" in text

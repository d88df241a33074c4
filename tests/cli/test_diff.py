"""`stageplan diff` from the outside: what OLD and NEW may be, what is printed, and the exit code."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OLD = "FROM alpine AS build\nCOPY app.txt /\nRUN make\n\nFROM alpine\nCOPY --from=build /out /\n"
NEW = OLD.replace("RUN make", "RUN make all")
CHANGED = (
    "2 of 3 instructions run again, 1 of them only where what they copy has changed\n"
    "stages: 1 changed, 1 run again unchanged\n"
    "\n"
    "~ build    instructions: 1 new, 1 gone\n"
    "    - 3: RUN make\n"
    "    + 3: RUN make all\n"
    "    runs again from line 3, 1 of 2: `RUN make all` is new\n"
    "! stage-1\n"
    "    may run again from line 6, 1 of 1: build changes\n"
)


def diff(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "stageplan", "diff", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def git(folder: Path, *words: str) -> None:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=main")
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A branch one commit after main: `RUN make all`; and a file that git leaves out."""
    (tmp_path / "Dockerfile").write_text(OLD)
    (tmp_path / "app.txt").write_text("one\n")
    (tmp_path / ".gitignore").write_text("left-out\n")
    (tmp_path / "left-out").write_text("")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message=one")
    git(tmp_path, "switch", "--quiet", "--create=branch")
    (tmp_path / "Dockerfile").write_text(NEW)
    git(tmp_path, "commit", "--quiet", "--all", "--message=two")
    return tmp_path


def body(done: subprocess.CompletedProcess[str]) -> str:
    """What is printed after the line that names the sides."""
    assert done.stderr == ""
    return done.stdout.partition("\n")[2]


@pytest.mark.parametrize(
    ("words", "sides"),
    [
        (("main..HEAD",), "main → HEAD"),
        (("main...branch",), "main → branch"),
        (("main", "HEAD"), "main → HEAD"),
        (("main",), "main → working tree"),
        ((), "main (1234567) → working tree"),
        (("old.Dockerfile", "Dockerfile"), "old.Dockerfile → Dockerfile"),
        (("old", "."), "old/Dockerfile → Dockerfile"),
        (("main", "Dockerfile"), "main → Dockerfile"),
    ],
    ids=["range", "shared", "two", "one", "none", "files", "folders", "mixed"],
)
def test_old_and_new(repository: Path, words: tuple[str, ...], sides: str) -> None:
    (repository / "old.Dockerfile").write_text(OLD)
    (repository / "old").mkdir()
    (repository / "old/Dockerfile").write_text(OLD)
    (repository / "old/app.txt").write_text("one\n")
    done = diff(repository, *words)
    head = subprocess.run(
        ["git", "rev-parse", "main"], cwd=repository, capture_output=True, text=True, check=True
    )
    assert done.stdout.split("\n")[0] == sides.replace("1234567", head.stdout[:7])
    assert body(done) == CHANGED


def test_files_of_the_working_tree_count_as_a_fresh_clone_would_have_them(repository: Path) -> None:
    text = OLD.replace("COPY app.txt /", "COPY . /")
    (repository / "Dockerfile").write_text(text)
    git(repository, "commit", "--quiet", "--all", "--message=all")
    (repository / "left-out").write_text("git does not see this\n")
    (repository / "app.txt").chmod(0o600)
    assert diff(repository, "HEAD").stdout == "HEAD → working tree\nno stage differs\n"
    (repository / "app.txt").write_text("two\n")
    (repository / "new.txt").write_text("")
    (repository / ".dockerignore").write_text("Dockerfile\n")
    text = body(diff(repository, "HEAD"))
    assert "from line 2, 2 of 2: app.txt changed, .dockerignore is new, new.txt is new and 1 more\n" in text
    (repository / ".dockerignore").unlink()
    (repository / "app.txt").unlink()
    (repository / "app.txt").symlink_to("new.txt")
    (repository / "new.txt").chmod(0o755)
    assert "2 of 2: app.txt changed, new.txt is new\n" in body(diff(repository, "HEAD"))


def test_a_folder_of_a_repository(repository: Path) -> None:
    folder = repository / "service"
    folder.mkdir()
    (folder / "Dockerfile").write_text("FROM scratch\nCOPY . /\n")
    (folder / "app.txt").write_text("one")
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "--message=service")
    (repository / "app.txt").write_text("other service")
    assert body(diff(repository, "HEAD", "--context", "service")) == "no stage differs\n"
    (folder / "app.txt").write_text("two")
    assert "1 of 1: app.txt changed\n" in body(diff(repository, "HEAD", "--context", "service"))
    assert "1 of 1: app.txt changed\n" in body(diff(folder, "HEAD"))


def test_two_plans_and_the_dockerfile_that_only_git_still_has(repository: Path) -> None:
    def plan(name: str, *words: str) -> None:
        command = [sys.executable, "-m", "stageplan", "plan", "--offline", "-o", name, *words]
        subprocess.run(command, cwd=repository, check=True, capture_output=True)

    git(repository, "checkout", "--quiet", "main")
    plan("old.json", "--strategy", "registry", "--image", "example.com/a", "--scope", "main")
    git(repository, "checkout", "--quiet", "branch")
    plan("new.json", "--strategy", "inline", "--image", "example.com/a", "--scope", "branch")
    text = body(diff(repository, "old.json", "new.json"))
    assert text.startswith(CHANGED)
    assert "~ strategy: inline instead of registry\n~ scope: branch instead of main\n" in text
    (repository / "Dockerfile").write_text("FROM other\n")
    assert body(diff(repository, "old.json", "new.json")) == text
    git(repository, "update-ref", "HEAD", "main")
    done = diff(repository, "old.json", "new.json")
    assert done.returncode == 2
    assert done.stderr == (
        "error[plan-dockerfile-gone]: 'Dockerfile' is no longer what 'new.json' was made for, "
        "and git has no such version of it\nhint: make the plan again, or compare revisions\n"
    )


def test_seconds_and_megabytes_of_a_report(repository: Path) -> None:
    stage = {
        "index": 0,
        "name": "build",
        "state": "built",
        "instructions": [
            {"position": "2/3", "text": "COPY app.txt /", "cached": False, "seconds": 0.5},
            {"position": "3/3", "text": "RUN make", "cached": False, "seconds": 12.25},
        ],
        "first_miss": None,
        "seconds": 12.75,
        "bytes_down": 3_400_000,
    }
    report = {"version": 1, "strategy": "none", "scope": "main", "ok": True, "seconds": 13.0}
    report |= dict.fromkeys(("rerun_count", "cached_count", "bytes_down", "bytes_up"), 0)
    report |= {"stages": [stage], "steps": [], "warnings": []}
    (repository / "report.json").write_text(json.dumps(report))
    (repository / "Dockerfile").write_text(OLD.replace("COPY app.txt", "COPY Dockerfile app.txt"))
    text = body(diff(repository, "main", "--report", "report.json"))
    words = "12.2 s, 3.4 MB pulled, and 1 instruction that the report does not know"
    assert f"runs again from line 2, 2 of 2, {words}: " in text
    done = diff(repository, "main", "--report", "Dockerfile")
    assert (done.returncode, done.stderr.split(":")[0]) == (2, "error[report-invalid]")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("main",), 0, ""),
        (("main", "--exit-code"), 1, ""),
        (("HEAD", "--exit-code"), 0, ""),
        (("main", "--fail-on", "unreached", "--fail-on", "image"), 0, ""),
        (
            ("main", "--fail-on", "runs"),
            1,
            "runs: stage 'build' runs again from line 3: `RUN make all` is new\n",
        ),
    ],
    ids=["differs", "exit code", "same", "other rules", "rule"],
)
def test_exit_code(repository: Path, words: tuple[str, ...], code: int, said: str) -> None:
    done = diff(repository, *words)
    assert done.returncode == code
    assert done.stderr.startswith(said)


WRONG = {
    "mian": (
        "error[no-such-revision]: 'mian' is neither a file nor a revision that git knows\n"
        "hint: name a Dockerfile, a plan, a branch, a tag or a commit; a shallow clone lacks older ones\n"
    ),
    "main --file other/Dockerfile": (
        "error[no-such-file]: there is no file 'other/Dockerfile' at 'main'\n"
        "hint: name the Dockerfile with --file as it is called there\n"
    ),
    "main --fail-on unreachd": (
        "error[unknown-check]: there is no rule 'unreachd'\nhint: did you mean 'unreached'?\n"
    ),
    "main --check biuld": (
        "error[no-such-target]: target stage \"biuld\" could not be found\nhint: did you mean 'build'?\n"
    ),
}


@pytest.mark.parametrize(("words", "said"), WRONG.items(), ids=["revision", "file", "rule", "stage"])
def test_what_is_wrong_is_told(repository: Path, words: str, said: str) -> None:
    (repository / "other").mkdir()
    done = diff(repository, *words.split())
    assert (done.returncode, done.stdout, done.stderr) == (2, "", said)


def test_outside_of_git_both_sides_have_to_be_named(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(OLD)
    done = diff(tmp_path)
    assert done.returncode == 2
    assert done.stderr == (
        "error[no-base]: git does not say which commit this branch left the default branch at\n"
        "hint: name both sides, such as: stageplan diff main..HEAD\n"
    )


def test_images_that_are_pinned_anew(repository: Path) -> None:
    def lock(digit: str) -> None:
        images = {"docker.io/library/alpine:latest": {"digest": f"sha256:{digit * 64}"}}
        (repository / "stageplan.lock").write_text(json.dumps({"version": 1, "images": images}))

    lock("1")
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "--message=lock")
    assert body(diff(repository, "HEAD")) == "no stage differs\n"
    assert "pinned" not in body(diff(repository, "main"))  # which did not pin it
    lock("2")
    text = body(diff(repository, "HEAD"))
    assert (
        "from line 2, 2 of 2: alpine is pinned to sha256:222222222222 instead of sha256:111111111111\n"
        in text
    )
    assert "~ alpine:latest@sha256:222222222222 instead of alpine:latest@sha256:111111111111 in build" in text
    assert diff(repository, "HEAD", "--fail-on", "image").returncode == 1


def test_a_stage_that_only_one_side_has_may_be_asked_for(repository: Path) -> None:
    (repository / "Dockerfile").write_text(f"{NEW}\nFROM build AS test\nRUN make test\n")
    done = diff(repository, "main", "--target", "build", "--check", "test")
    assert "+ test" in done.stdout


@pytest.mark.parametrize("form", ["text", "markdown", "json", "html", "svg"])
def test_formats(repository: Path, form: str) -> None:
    begins = {"text": "main", "markdown": "### ", "json": "{", "html": "<!doctype", "svg": "<?xml"}
    assert diff(repository, "main", "--format", form).stdout.lstrip().startswith(begins[form])
    assert diff(repository, "main", "--format", form, "-o", "out").stdout == ""
    assert (repository / "out").read_text().lstrip().startswith(begins[form])

import subprocess
from pathlib import Path

import pytest

from stageplan.system.git import Git, RemoteNames
from stageplan.system.process import Processes


def _git(folder: Path, *words: str) -> str:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main")
    run = subprocess.run(["git", *identity, *words], cwd=folder, check=True, capture_output=True, text=True)
    return run.stdout.strip()


def _commit(folder: Path, text: str) -> str:
    (folder / "sub").mkdir(exist_ok=True)
    (folder / "sub" / "Dockerfile").write_text(text)
    _git(folder, "add", "sub")
    _git(folder, "commit", "-qm", "x")
    return _git(folder, "rev-parse", "HEAD")


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    """A repository with one commit on `main`."""
    folder = tmp_path / "origin"
    folder.mkdir()
    _git(folder, "init", "-q", "-b", "main")
    _commit(folder, "FROM scratch\n")
    return folder


@pytest.fixture
def clone(origin: Path, tmp_path: Path) -> Path:
    """A clone on a branch of its own, one commit further."""
    folder = tmp_path / "clone"
    _git(tmp_path, "clone", "-q", str(origin), str(folder))
    _git(folder, "switch", "-qc", "feature/x")
    _commit(folder, "FROM busybox\n")
    return folder


def test_a_clone_knows_branch_default_branch_and_commit(clone: Path) -> None:
    git = Git(clone / "sub", Processes())
    head = _git(clone, "rev-parse", "HEAD")
    assert (git.branch(), git.default_branch(), git.sha()) == ("feature/x", "main", head)


def test_a_detached_head_is_on_no_branch(clone: Path) -> None:
    _git(clone, "switch", "-q", "--detach")
    assert Git(clone, Processes()).branch() is None


def test_before_the_first_commit_there_is_a_branch_alone(tmp_path: Path) -> None:
    _git(tmp_path, "init", "-q", "-b", "main")
    git = Git(tmp_path, Processes())
    assert (git.branch(), git.default_branch(), git.sha()) == ("main", None, None)


def test_outside_a_repository_nothing_is_known(tmp_path: Path) -> None:
    git = Git(tmp_path, Processes())
    assert (git.branch(), git.default_branch(), git.sha(), git.merge_base("main")) == (None,) * 4
    assert git.content("HEAD", "Dockerfile") is None


def test_without_git_nothing_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert Git(tmp_path, Processes()).branch() is None


def test_the_merge_base_is_where_the_branch_left(clone: Path, origin: Path) -> None:
    assert Git(clone, Processes()).merge_base("origin/main") == _git(origin, "rev-parse", "main")


@pytest.mark.parametrize(
    ("revision", "path", "expected"),
    [
        pytest.param("HEAD", "Dockerfile", b"FROM busybox\n", id="now"),
        pytest.param("origin/main", "Dockerfile", b"FROM scratch\n", id="before"),
        pytest.param("HEAD", "../sub/Dockerfile", b"FROM busybox\n", id="by the folder above"),
        pytest.param("HEAD", "../../Dockerfile", None, id="outside"),
        pytest.param("HEAD", "no", None, id="no such file"),
        pytest.param("no", "Dockerfile", None, id="no such revision"),
        pytest.param("--batch", "Dockerfile", None, id="an option"),
    ],
)
def test_a_file_is_read_at_a_revision(clone: Path, revision: str, path: str, expected: bytes | None) -> None:
    assert Git(clone / "sub", Processes()).content(revision, path) == expected


def test_a_folder_is_written_as_it_was(clone: Path, tmp_path: Path) -> None:
    (clone / "sub/run").write_text("#!/bin/sh\n")
    (clone / "sub/run").chmod(0o755)
    (clone / "sub/link").symlink_to("run")
    (clone / "sub/.gitattributes").write_text("run export-ignore\n*.txt eol=crlf\n")
    (clone / "sub/a.txt").write_text("a\n")
    _commit(clone, "FROM later\n")
    _git(clone, "rm", "-rq", "--cached", "sub/run")
    git, there = Git(clone / "sub", Processes()), tmp_path / "there"
    assert git.export("HEAD", there)
    assert sorted(path.name for path in there.iterdir()) == [
        ".gitattributes",
        "Dockerfile",
        "a.txt",
        "link",
        "run",
    ]
    assert (there / "Dockerfile").read_text() == "FROM later\n"
    assert (there / "a.txt").read_bytes() == b"a\r\n"
    assert (there / "run").stat().st_mode & 0o111
    assert (there / "link").readlink() == Path("run")
    # neither the work tree nor git's own index is touched
    assert _git(clone, "status", "--short") == "D  sub/run\n?? sub/run"


@pytest.mark.parametrize("revision", ["nowhere", "--help", "HEAD:sub/Dockerfile"])
def test_a_revision_that_is_none_is_not_written(clone: Path, tmp_path: Path, revision: str) -> None:
    assert not Git(clone / "sub", Processes()).export(revision, tmp_path / "there")


def test_a_folder_without_repository_is_not_written(tmp_path: Path) -> None:
    assert not Git(tmp_path, Processes()).export("HEAD", tmp_path / "there")


def test_what_a_remote_holds_now(origin: Path, clone: Path) -> None:
    _git(origin, "branch", "Feature/ä-b")
    _git(origin, "tag", "-a", "-m", "x", "v1")
    found = Git(clone, Processes()).remote_names("origin")
    assert found == RemoteNames(default="main", names=("Feature/ä-b", "main", "v1"))


@pytest.mark.parametrize("remote", ["nowhere", "--upload-pack=false"])
def test_a_remote_that_does_not_answer_holds_nobody_knows_what(clone: Path, remote: str) -> None:
    assert Git(clone, Processes()).remote_names(remote) is None

"""Build contexts on disk: kinds, modes, what cannot be read, and which ignore file holds."""

import os
import socket
from pathlib import Path

import msgspec
import pytest

from stageplan.context.files import Reading, select_files
from stageplan.context.ignore import IgnoreFile
from stageplan.context.tree import UNREADABLE, Entry
from stageplan.context.view import ContextView
from stageplan.errors import UsageError
from stageplan.system.tree import DiskTree, open_context, read_ignore_file


def test_a_directory_is_listed_by_name_with_kinds_modes_and_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "b").write_text("b")
    (tmp_path / "b").chmod(0o4750)
    (tmp_path / "a").mkdir(0o755)
    (tmp_path / "l").symlink_to("../b")
    os.mkfifo(tmp_path / "p")
    (tmp_path / "p").chmod(0o600)
    monkeypatch.chdir(tmp_path)  # a socket's path may not be long
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("s")
    (tmp_path / "s").chmod(0o755)
    children = DiskTree(tmp_path).children("")
    assert [msgspec.structs.replace(entry, stamp=()) for entry in children] == [
        Entry(path="a", kind="directory", mode=0o755),
        Entry(path="b", kind="file", mode=0o4750),
        Entry(path="l", kind="symlink", mode=0o777, link="../b"),
        Entry(path="p", kind="other", mode=0o600),
        Entry(path="s", kind="socket", mode=0o755),
    ]


def test_names_that_are_no_utf8_are_kept(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"\xff")).touch()
    (entry,) = DiskTree(tmp_path).children("")
    assert os.fsencode(entry.path) == b"\xff"


def test_a_directory_that_cannot_be_read_is_an_error_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        DiskTree(tmp_path).children("gone")
    assert str(caught.value) == (
        "error[unreadable]: cannot read 'gone' of the build context: No such file or directory\n"
        "hint: change its mode, or leave it out with a .dockerignore"
    )


def test_an_ignored_directory_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "big").mkdir()
    (tmp_path / ".dockerignore").write_text("big\n!small\n")
    (tmp_path / "a").touch()
    tree = CountingTree(tmp_path)
    view = open_context(tmp_path, tmp_path / "Dockerfile")
    view._tree = tree  # noqa: SLF001 - to see what is read
    assert [item.path for item in select_files(view, Reading(sources=(".",)))] == [".dockerignore", "a"]
    assert tree.read == [""]


class PartlyUnreadable(DiskTree):
    """A tree with one directory that may not be read; the superuser has none on a real disk."""

    def children(self, directory: str) -> tuple[Entry, ...]:
        if directory == "locked":
            raise UsageError(UNREADABLE, "cannot read 'locked'")
        return super().children(directory)


def test_a_directory_that_may_not_be_read_does_no_harm_while_it_is_ignored(tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir()
    (tmp_path / "a").touch()

    def read(ignore: str) -> list[str]:
        view = ContextView(PartlyUnreadable(tmp_path), IgnoreFile.parse(ignore, ".dockerignore"))
        return [item.path for item in select_files(view, Reading(sources=(".",)))]

    assert read("locked\n!*.md") == ["a"]
    with pytest.raises(UsageError, match="cannot read 'locked'"):
        read("")


def test_a_bad_rule_is_told_also_where_only_an_ignored_directory_meets_it(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/a").touch()
    view = ContextView(DiskTree(tmp_path), IgnoreFile.parse("docs\n!docs/a\n\\q*", ".dockerignore"))
    with pytest.raises(UsageError, match="syntax error in pattern"):
        view.children("")


class CountingTree(DiskTree):
    """Notes which directories are read."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.read: list[str] = []

    def children(self, directory: str) -> tuple[Entry, ...]:
        self.read.append(directory)
        return super().children(directory)


def test_an_ignore_file_that_cannot_be_read_is_an_error_with_its_name(tmp_path: Path) -> None:
    path = tmp_path / ".dockerignore"
    path.symlink_to(".dockerignore")
    with pytest.raises(UsageError) as caught:
        read_ignore_file(tmp_path, tmp_path / "Dockerfile")
    assert str(caught.value) == (
        f"error[unreadable]: cannot read '{path}': Too many levels of symbolic links\n"
        "hint: check its owner and mode"
    )


@pytest.mark.parametrize(
    ("files", "rules"),
    [
        pytest.param({}, [], id="none"),
        pytest.param({".dockerignore": "a\nb"}, ["a", "b"], id="the context's"),
        pytest.param({".dockerignore": "a", "ci/Dockerfile.dockerignore": ""}, [], id="its own, empty"),
        pytest.param({"ci/Dockerfile.dockerignore": "c"}, ["c"], id="its own"),
        pytest.param({"ci/.dockerignore": "d"}, [], id="one beside the Dockerfile is none"),
    ],
)
def test_which_ignore_file_holds(tmp_path: Path, files: dict[str, str], rules: list[str]) -> None:
    (tmp_path / "ci").mkdir()
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    ignore = read_ignore_file(tmp_path, tmp_path / "ci/Dockerfile")
    assert [rule.pattern.text for rule in ignore.rules] == rules

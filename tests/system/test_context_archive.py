import io
import os
import socket
import tarfile
from pathlib import Path

import pytest

from stageplan.system.context_archive import context_archive


def _members(data: bytes) -> list[tarfile.TarInfo]:
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        return tar.getmembers()


def test_what_is_named_is_sent_without_its_owner(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir(mode=0o700)
    file = tmp_path / "sub" / "run.sh"
    file.write_bytes(b"#!/bin/sh\n")
    file.chmod(0o4750)
    os.utime(file, (0, 1234567890.75))
    (tmp_path / "link").symlink_to("sub/run.sh")
    (tmp_path / "left out").touch()
    data = b"".join(context_archive(tmp_path, ["sub", "sub/run.sh", "link"]))
    assert [
        (member.name, member.type, oct(member.mode & 0o7777), member.linkname, member.size)
        for member in _members(data)
    ] == [
        ("sub", tarfile.DIRTYPE, "0o700", "", 0),
        ("sub/run.sh", tarfile.REGTYPE, "0o4750", "", 10),
        ("link", tarfile.SYMTYPE, "0o777", "sub/run.sh", 0),
    ]
    assert {(m.uid, m.gid, m.uname, m.gname) for m in _members(data)} == {(0, 0, "", "")}
    assert _members(data)[1].mtime == 1234567890
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        content = tar.extractfile("sub/run.sh")
        assert content
        assert content.read() == b"#!/bin/sh\n"


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("é" * 80, id="long and not ASCII"),
        pytest.param("/".join(["folder" * 10] * 6), id="deep"),
        pytest.param(os.fsdecode(b"\xff"), id="no UTF-8"),
    ],
)
def test_any_name_can_be_sent(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_bytes(b"x")
    data = b"".join(context_archive(tmp_path, [name]))
    assert [member.name for member in _members(data)] == [name]


def test_content_from_elsewhere_takes_the_place_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")
    data = b"".join(context_archive(tmp_path, ["a"], extra={"a": b"new", "b": b""}))
    assert [(member.name, member.size, member.mtime) for member in _members(data)] == [
        ("a", 3, 0),
        ("b", 0, 0),
    ]
    assert len(data) % tarfile.BLOCKSIZE == 0


def test_a_large_file_comes_in_pieces(tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(bytes(3_000_000))
    pieces = list(context_archive(tmp_path, ["large"]))
    assert max(map(len, pieces)) < 1_000_000
    assert sum(map(len, pieces)) > 3_000_000


def test_a_file_that_shrinks_leaves_the_tar_whole(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b"x" * 1000)
    (tmp_path / "z").write_bytes(b"y")
    pieces = context_archive(tmp_path, ["log", "z"])
    first = next(pieces)  # the header has told the size
    (tmp_path / "log").write_bytes(b"x")
    data = first + b"".join(pieces)
    assert [(member.name, member.size) for member in _members(data)] == [("log", 1000), ("z", 1)]


def test_a_socket_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("s")
        assert _members(b"".join(context_archive(tmp_path, ["s"]))) == []

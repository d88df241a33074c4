"""The files of two images, compared."""

import io
import tarfile

import pytest

from stageplan.review.trees import differences, read_tree


def tar(*members: tuple[tarfile.TarInfo, bytes]) -> io.BytesIO:
    output = io.BytesIO()
    with tarfile.open(fileobj=output, mode="w", format=tarfile.PAX_FORMAT) as opened:
        for member, content in members:
            member.size = len(content)
            opened.addfile(member, io.BytesIO(content))
    output.seek(0)
    return output


def member(name: str, kind: bytes = tarfile.REGTYPE, **facts: object) -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.type = kind
    for fact, value in {"mode": 0o644, **facts}.items():
        setattr(made, fact, value)
    return made


FILE = (member("a/b"), b"content")


@pytest.mark.parametrize(
    ("other", "difference"),
    [
        pytest.param((member("a/b", mtime=9), b"content"), None, id="times do not count"),
        pytest.param((member("./a/b"), b"content"), None, id="one path, written otherwise"),
        pytest.param((member("a/b"), b"contenT"), "other content", id="content"),
        pytest.param((member("a/b", mode=0o4755), b"content"), "mode 644 is 4755", id="mode"),
        pytest.param((member("a/b", uid=3, gid=4), b"content"), "owner 0:0 is 3:4", id="owner"),
        pytest.param(
            (member("a/b", pax_headers={"SCHILY.xattr.user.x": "y"}), b"content"),
            "attributes none is user.x='y'",
            id="extended attribute",
        ),
        pytest.param(
            (member("a/b", tarfile.SYMTYPE, linkname="/c"), b""),
            "kind file is symbolic link, target none is /c, other content",
            id="a link",
        ),
        pytest.param(
            (member("a/b", tarfile.CHRTYPE, devmajor=1, devminor=3), b""),
            "kind file is character device, device none is 1:3, other content",
            id="a device",
        ),
    ],
)
def test_what_a_container_sees_counts(other: tuple[tarfile.TarInfo, bytes], difference: str | None) -> None:
    found = differences(read_tree(tar(FILE)), read_tree(tar(other)))
    assert found == (() if difference is None else (f"/a/b: {difference}",))


def test_paths_come_and_go() -> None:
    old, new = read_tree(tar(FILE, (member("old"), b""))), read_tree(tar(FILE, (member("new"), b"")))
    assert differences(old, new) == ("/new: is new", "/old: is gone")

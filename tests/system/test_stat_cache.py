"""Digests kept between runs: when a file is read again, and when not."""

import hashlib
import os
from pathlib import Path

import pytest

from stageplan.context.tree import Entry
from stageplan.errors import UsageError
from stageplan.system.stat_cache import StatCache
from stageplan.system.tree import DiskTree

LATER = 10**19  # long after any file was written


def entry_of(root: Path, name: str) -> Entry:
    return next(entry for entry in DiskTree(root).children("") if entry.name == name)


def sha256(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "context"
    root.mkdir()
    (root / "a").write_text("one")
    return root


def test_a_file_that_looks_the_same_is_not_read_again(root: Path, tmp_path: Path) -> None:
    kept_in = tmp_path / "state" / "digests"
    entry = entry_of(root, "a")
    first = StatCache(root, kept_in, now_ns=lambda: LATER)
    assert first(entry) == sha256("one")
    first.save()
    (root / "a").unlink()  # a second reading would fail
    assert StatCache(root, kept_in)(entry) == sha256("one")


@pytest.mark.parametrize("keep_times", [False, True])
def test_a_file_that_changed_is_read_again(root: Path, tmp_path: Path, keep_times: bool) -> None:
    kept_in = tmp_path / "digests"
    before = (root / "a").stat()
    first = StatCache(root, kept_in, now_ns=lambda: LATER)
    first(entry_of(root, "a"))
    first.save()
    while (root / "a").stat().st_ctime_ns == before.st_ctime_ns:  # the file system's clock has to tick
        (root / "a").write_text("two")
    if keep_times:
        os.utime(root / "a", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert StatCache(root, kept_in)(entry_of(root, "a")) == sha256("two")


def test_what_was_just_written_is_not_kept_for_its_next_change_may_not_show(
    root: Path, tmp_path: Path
) -> None:
    kept_in = tmp_path / "digests"
    entry = entry_of(root, "a")
    cache = StatCache(root, kept_in, now_ns=lambda: entry.stamp[1])
    assert cache(entry) == sha256("one")
    cache.save()
    assert not kept_in.exists()


def test_what_changed_while_it_was_read_is_not_kept(root: Path, tmp_path: Path) -> None:
    entry = entry_of(root, "a")
    (root / "a").write_text("longer")
    cache = StatCache(root, tmp_path / "digests", now_ns=lambda: LATER)
    assert cache(entry) == sha256("longer")
    (root / "a").write_text("even longer")
    assert cache(entry) == sha256("even longer")


@pytest.mark.parametrize("content", [b"", b"nonsense", b"\x82\xa7version\x63\xa5files\x80"])
def test_a_file_that_cannot_be_used_holds_nothing(root: Path, tmp_path: Path, content: bytes) -> None:
    kept_in = tmp_path / "digests"
    kept_in.write_bytes(content)
    assert StatCache(root, kept_in)(entry_of(root, "a")) == sha256("one")


def test_a_place_that_cannot_be_written_does_no_harm(root: Path) -> None:
    cache = StatCache(root, root / "a" / "digests", now_ns=lambda: LATER)
    cache(entry_of(root, "a"))
    cache.save()
    assert (root / "a").read_text() == "one"


def test_a_file_that_is_gone_is_an_error_with_its_name(root: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        StatCache(root, tmp_path / "digests")(Entry(path="b", kind="file", mode=0o644))
    assert str(caught.value) == (
        "error[unreadable]: cannot read 'b' of the build context: No such file or directory\n"
        "hint: change its mode, or leave it out with a .dockerignore"
    )

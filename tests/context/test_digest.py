"""The digest of what is read: what changes it and what does not."""

import hashlib
import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stageplan.context.digest import selection_digest
from stageplan.context.files import Reading, select_files
from stageplan.context.framing import framed
from stageplan.context.selected import Selected
from stageplan.context.tree import Entry
from stageplan.context.view import ContextView
from stageplan.system.stat_cache import StatCache

Layout = Mapping[str, str | bytes | None]
OpenLayout = Callable[[Layout], ContextView]

BEFORE: Layout = {"src:755": None, "src/a": "a", "src/b": "b", "src/l": "-> a", "other": "o"}


def digest(view: ContextView, root: Path, *sources: str) -> str:
    return selection_digest(select_files(view, Reading(sources=sources)), StatCache(root, root / "none"))


@pytest.mark.parametrize(
    ("change", "same"),
    [
        pytest.param({"other": "changed"}, True, id="a file that is not read"),
        pytest.param({"new": "n"}, True, id="a new file that is not read"),
        pytest.param({"src/a": "A"}, False, id="content"),
        pytest.param({"src/a:755": "a"}, False, id="mode"),
        pytest.param({"src:700": None}, False, id="mode of the directory"),
        pytest.param({"src/c": ""}, False, id="a new file"),
        pytest.param({"src/d": None}, False, id="a new directory"),
    ],
)
def test_the_digest_follows_what_is_read(
    open_layout: OpenLayout, tmp_path: Path, change: Layout, same: bool
) -> None:
    before = digest(open_layout(BEFORE), tmp_path, "src")
    after = digest(open_layout({**change}), tmp_path, "src")
    assert (before == after) is same


def test_the_digest_follows_links_and_names(open_layout: OpenLayout, tmp_path: Path) -> None:
    digests = {digest(open_layout(BEFORE), tmp_path, "src")}
    (tmp_path / "src/l").unlink()
    (tmp_path / "src/l").symlink_to("b")
    digests.add(digest(open_layout({}), tmp_path, "src"))
    (tmp_path / "src/a").rename(tmp_path / "src/z")
    digests.add(digest(open_layout({}), tmp_path, "src"))
    assert len(digests) == 3


def test_the_digest_does_not_follow_times_owners_and_the_place_of_the_context(
    open_layout: OpenLayout, tmp_path: Path
) -> None:
    before = digest(open_layout(BEFORE), tmp_path, "src", "other")
    os.utime(tmp_path / "src/a", (1, 1))
    moved = tmp_path.with_name("moved")
    tmp_path.rename(moved)
    tmp_path.symlink_to(moved)
    assert digest(open_layout({}), tmp_path, "src", "other") == before


def test_the_digest_is_the_same_on_every_machine() -> None:
    entries = [
        Entry(path="d", kind="directory", mode=0o755),
        Entry(path="d/f", kind="file", mode=0o644),
        Entry(path="d/l", kind="symlink", mode=0o644, link="f"),
        Entry(path="d/s\udcff", kind="socket", mode=0o755),
    ]
    selected = [Selected(path=entry.path, entry=entry) for entry in entries]
    assert selection_digest(selected, lambda entry: hashlib.sha256(entry.path.encode()).digest()) == (
        "sha256:7da5785761449087b844ca2e6c3dcdf6ddbb7adb2692ccc110e0816e63032a3d"
    )


def test_nothing_has_a_digest_too() -> None:
    assert selection_digest([], lambda _: b"") == f"sha256:{hashlib.sha256().hexdigest()}"


@settings(derandomize=True, deadline=None)
@given(st.lists(st.binary(max_size=3), max_size=4), st.lists(st.binary(max_size=3), max_size=4))
def test_other_parts_give_other_bytes(left: list[bytes], right: list[bytes]) -> None:
    assert (framed(*left) == framed(*right)) is (left == right)
    assert not framed(*left).startswith(framed(*right)) or left == right

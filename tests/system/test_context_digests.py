"""Digests of a build context and of named contexts, each folder with its own ignore file."""

import os
from pathlib import Path

import pytest

from stageplan.context.files import Reading
from stageplan.errors import DockerfileError
from stageplan.system.context_digests import ContextDigests


@pytest.fixture
def context(tmp_path: Path) -> Path:
    """A build context with a folder for a named one in it."""
    for name, text in {
        "context/a": "a",
        "context/b": "b",
        "context/.dockerignore": "b\n",
        "context/ci/Dockerfile.dockerignore": "a\n",
        "other/a": "a",
        "other/.dockerignore": "",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o644)
    return tmp_path / "context"


def digests(context: Path, *, dockerfile: str = "Dockerfile") -> ContextDigests:
    return ContextDigests(str(context), context / dockerfile, context.parent / "cache")


A, B = Reading(sources=("a",)), Reading(sources=("b",))


def test_a_named_context_has_files_and_an_ignore_file_of_its_own(context: Path) -> None:
    asked = digests(context)
    assert asked(A, None) == asked(A, str(context.parent / "other"))
    with pytest.raises(DockerfileError, match="not found"):
        asked(B, None)


def test_the_dockerfiles_own_ignore_file_wins(context: Path) -> None:
    asked = digests(context, dockerfile="ci/Dockerfile")
    assert asked(B, None)
    with pytest.raises(DockerfileError, match="not found"):
        asked(A, None)


@pytest.mark.parametrize("place", ["https://example.org/a.git", "-", "nowhere"])
def test_what_is_no_folder_has_no_digest(context: Path, place: str) -> None:
    asked = ContextDigests(place, context / "Dockerfile", context / "cache")
    assert asked(A, None) is None
    assert asked.entries(A, None) == {}


def test_entries_tell_which_path_changed(context: Path) -> None:
    both = Reading(sources=("a", "ci"))
    before = digests(context).entries(both, None)
    (context / "a").write_text("aa")
    after = digests(context).entries(both, None)
    assert list(before) == ["a", "ci", "ci/Dockerfile.dockerignore"]
    assert [path for path in before if before[path] != after[path]] == ["a"]


def test_what_is_kept_for_the_next_run_lies_outside_the_context(context: Path) -> None:
    before = sorted(context.rglob("*"))
    os.utime(context / "a", (1, 1))
    asked = digests(context)
    asked(A, None)
    asked.save()
    assert sorted(context.rglob("*")) == before


@pytest.mark.skipif(not hasattr(os, "setxattr"), reason="this system has no extended attributes here")
def test_attributes_that_a_build_copies_count(context: Path) -> None:
    def found(name: str) -> str | None:
        return digests(context)(Reading(sources=(name,)), None)

    for name in ("a", "ci"):
        plain = found(name)
        os.setxattr(context / name, "user.kind", b"one")
        one = found(name)
        os.setxattr(context / name, "user.kind", b"two")
        assert len({plain, one, found(name)}) == 3
        os.removexattr(context / name, "user.kind")
        assert found(name) == plain


def test_large_files_are_read_side_by_side_and_have_the_same_digest(context: Path) -> None:
    (context / "large").mkdir()
    for number in range(3):
        (context / f"large/{number}").write_bytes(bytes([number]) * (1 << 20))
    everything = Reading(sources=("large",))
    together = digests(context)(everything, None)
    assert together == digests(context)(everything, None)
    (context / "large/2").write_bytes(b"x" * (1 << 20))
    assert together != digests(context)(everything, None)

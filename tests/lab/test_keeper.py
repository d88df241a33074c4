from pathlib import Path

import pytest

from lab.keeper import Keeper, ServerError

pytestmark = pytest.mark.usefixtures("lab_ready")


def test_a_server_that_ends_is_told_with_its_last_words(tmp_path: Path) -> None:
    keeper = Keeper(["sh", "-c", "echo no such port >&2; exit 1"], log=tmp_path / "log")
    with pytest.raises(ServerError) as caught:
        keeper.wait_until(lambda: False)
    assert str(caught.value) == "no such port"


def test_a_server_that_never_answers_is_stopped(tmp_path: Path) -> None:
    keeper = Keeper(["sleep", "1000"], log=tmp_path / "log", cleanup=f"touch {tmp_path}/cleaned")
    with pytest.raises(ServerError) as caught:
        keeper.wait_until(lambda: False, seconds=0.1)
    assert str(caught.value) == "it said nothing"
    assert (tmp_path / "cleaned").exists()


def test_memory_is_seen_by_the_server_alone(tmp_path: Path) -> None:
    memory = tmp_path / "memory"
    memory.mkdir()
    seen = tmp_path / "seen"
    keeper = Keeper(
        [
            "sh",
            "-c",
            f"touch {memory}/inside; echo $(ls {memory}) > {seen}.new; mv {seen}.new {seen}; sleep 1000",
        ],
        log=tmp_path / "log",
        memory=(memory, "1m"),
    )
    keeper.wait_until(seen.exists)
    assert seen.read_text(encoding="utf-8") == "inside\n"
    assert not list(memory.iterdir())
    keeper.close()


def test_what_a_server_started_ends_with_it(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    mark = f"54321{tmp_path.stat().st_ino}"  # no other process sleeps for just as long
    keeper = Keeper(["sh", "-c", f"setsid sleep {mark} & touch {ready}; wait"], log=tmp_path / "log")
    keeper.wait_until(ready.exists)
    keeper.close()
    assert not [path for path in Path("/proc").glob("[0-9]*/cmdline") if mark in _words(path)]


def _words(path: Path) -> str:
    """A process's words; none when it has ended."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return ""

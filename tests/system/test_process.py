import os
import threading
import time
from pathlib import Path

import pytest

from stageplan.errors import UsageError
from stageplan.system.process import Finished, Processes


def _sh(script: str) -> list[str]:
    return ["sh", "-c", script]


def _alive(pid: int) -> bool:
    """Whether a process runs; one that only waits to be reaped does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def _wait_until_gone(pid: int) -> None:
    while _alive(pid):
        time.sleep(0.01)


def test_both_streams_and_the_code_come_back() -> None:
    finished = Processes().run(_sh(r"printf 'a\377\n'; printf b >&2; exit 3"))
    assert finished == Finished(code=3, stdout=b"a\xff\n", stderr=b"b")


def test_a_signal_is_a_negative_code() -> None:
    assert Processes().run(_sh("kill -TERM $$")).code == -15


def test_lines_go_to_the_callback_whole_and_as_they_come(tmp_path: Path) -> None:
    go = tmp_path / "go"
    os.mkfifo(go)
    seen: list[bytes] = []

    def note(line: bytes) -> None:
        seen.append(line)
        if line == b"first\n":  # the child waits here: the line came before its end
            go.write_bytes(b"go")

    script = f"printf fi; printf 'rst\\n'; cat {go}; printf '\\n\\nta'; printf il"
    finished = Processes().run(_sh(script), on_stdout=note)
    assert seen == [b"first\n", b"go\n", b"\n", b"tail"]
    assert finished.stdout == b""


def test_much_on_both_streams_blocks_nobody() -> None:
    lines: list[bytes] = []
    finished = Processes().run(_sh("seq 50000; seq 50000 >&2; seq 50000"), on_stderr=lines.append)
    assert finished.stdout.count(b"\n") == 100_000
    assert lines[-1] == b"50000\n"
    assert len(lines) == 50_000


def test_surroundings_are_those_given(tmp_path: Path) -> None:
    finished = Processes().run(
        ["/bin/sh", "-c", 'echo "$A|$HOME"; pwd; cat'], env={"A": "x y"}, cwd=tmp_path, stdin=b"in" * 100_000
    )
    assert finished.stdout == b"x y|\n" + os.fsencode(tmp_path) + b"\n" + b"in" * 100_000


def test_without_input_there_is_nothing_to_read() -> None:
    assert Processes().run(["cat"]).stdout == b""


def test_a_program_that_is_not_there_is_named() -> None:
    with pytest.raises(UsageError) as raised:
        Processes().run(["no-such-docker", "build"])
    assert str(raised.value) == (
        "error[no-such-program]: cannot start 'no-such-docker': no such file or directory\n"
        "hint: install 'no-such-docker', or put its folder on PATH"
    )


def test_what_a_child_leaves_running_is_killed() -> None:
    finished = Processes().run(_sh("sleep 1000 & echo $!"))
    _wait_until_gone(int(finished.stdout))


def test_a_daemon_that_holds_the_pipe_does_not_hold_the_caller() -> None:
    finished = Processes().run(_sh("setsid sh -c 'echo $$; exec sleep 1000' & sleep 0.1; echo end"))
    pid, end = finished.stdout.split()
    assert end == b"end"
    os.kill(int(pid), 9)


def test_an_error_in_a_callback_stops_the_child() -> None:
    lines: list[bytes] = []

    def fail(line: bytes) -> None:
        lines.append(line)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        Processes(grace=0.5).run(_sh("echo $$; exec sleep 1000"), on_stdout=fail)
    assert not _alive(int(lines[0]))


def test_all_children_are_asked_to_stop_then_killed(tmp_path: Path) -> None:
    processes = Processes(grace=0.5)
    tidy = tmp_path / "tidy"
    scripts = [
        f"trap 'echo done >{tidy}; exit 7' INT; echo $$; while :; do sleep 0.05; done",
        "trap '' INT; echo $$; while :; do sleep 0.05; done",
    ]
    started = threading.Barrier(len(scripts) + 1)
    ended: dict[str, int] = {}
    pids: list[int] = []

    def note(line: bytes) -> None:
        pids.append(int(line))
        started.wait()

    def run(script: str) -> None:
        ended[script] = processes.run(_sh(script), on_stdout=note).code

    threads = [threading.Thread(target=run, args=(script,)) for script in scripts]
    for thread in threads:
        thread.start()
    started.wait()
    processes.terminate_all()
    assert [_alive(pid) for pid in pids] == [False, False]
    for thread in threads:
        thread.join()
    assert [ended[script] for script in scripts] == [7, -9]
    assert tidy.read_text() == "done\n"


def test_nothing_starts_after_all_are_stopped() -> None:
    processes = Processes()
    processes.terminate_all()
    with pytest.raises(KeyboardInterrupt):
        processes.run(["true"])

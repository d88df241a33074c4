import subprocess
import sys
from pathlib import Path

import pytest

from stageplan.errors import UsageError
from stageplan.system.files import read_bytes, write_atomically


def test_a_file_is_read_byte_by_byte(tmp_path: Path) -> None:
    file = tmp_path / "f"
    file.write_bytes(b"\xff\r\n\0")
    assert read_bytes(file) == b"\xff\r\n\0"


@pytest.mark.parametrize(
    ("name", "rule", "text"),
    [
        pytest.param(
            "Dockerfile",
            "no-such-file",
            "there is no file 'Dockerfile'\nhint: check its name and the folder you are in",
            id="missing",
        ),
        pytest.param(
            "no/such/file",
            "no-such-file",
            "there is no file 'no/such/file'\nhint: there is no folder 'no'",
            id="folder",
        ),
        pytest.param(
            "file/below",
            "no-such-file",
            "there is no file 'file/below'\nhint: 'file' is a file, not a folder",
            id="below a file",
        ),
        pytest.param(
            "folder",
            "is-a-directory",
            "'folder' is a folder, not a file\nhint: name a file in it",
            id="folder itself",
        ),
        pytest.param(
            "loop",
            "unreadable",
            "cannot read 'loop': too many levels of symbolic links\nhint: check its owner and mode",
            id="unreadable",
        ),
        pytest.param(
            "nul\0",
            "unreadable",
            "cannot read 'nul\0': embedded null byte\nhint: check its owner and mode",
            id="NUL",
        ),
    ],
)
def test_what_cannot_be_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, rule: str, text: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file").touch()
    Path("folder").mkdir()
    Path("loop").symlink_to("loop")
    with pytest.raises(UsageError) as raised:
        read_bytes(Path(name))
    assert str(raised.value) == f"error[{rule}]: {text}"


def test_a_new_file_has_the_mode_of_any_other(tmp_path: Path) -> None:
    (tmp_path / "usual").touch()
    write_atomically(tmp_path / "f", b"x")
    assert (tmp_path / "f").read_bytes() == b"x"
    assert (tmp_path / "f").stat().st_mode == (tmp_path / "usual").stat().st_mode


@pytest.mark.parametrize(
    ("before", "after"),
    [pytest.param(0o644, 0o755, id="all"), pytest.param(0o600, 0o700, id="owner alone")],
)
def test_an_executable_file_runs_for_who_may_read_it(tmp_path: Path, before: int, after: int) -> None:
    file = tmp_path / "f"
    file.touch()
    file.chmod(before)
    write_atomically(file, b"x", executable=True)
    assert file.stat().st_mode & 0o777 == after


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("folder/f")
    write_atomically(tmp_path / "link", b"x")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "folder/f").read_bytes() == b"x"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param(
            "folder",
            "error[is-a-directory]: 'folder' is a folder, not a file\nhint: name a file in it",
            id="folder",
        ),
        pytest.param(
            "no/file",
            "error[not-writable]: cannot write 'no/file': no such file or directory\n"
            "hint: name a file in a folder that you may write to",
            id="no folder",
        ),
    ],
)
def test_what_cannot_be_written_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, text: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("folder").mkdir()
    with pytest.raises(UsageError) as raised:
        write_atomically(Path(name), b"x")
    assert str(raised.value) == text


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "f"
    file.write_bytes(b"old")
    # a limit on the size of a file fails a write in the middle, as a full disk does
    program = f"""
import resource, signal
from pathlib import Path
from stageplan.errors import UsageError
from stageplan.system.files import write_atomically
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    write_atomically(Path({str(file)!r}), b"x" * 2000)
except UsageError as error:
    print(error.rule, error.hint)
"""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True)
    assert run.stdout == "disk-full free some space there\n"
    assert file.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["f"]

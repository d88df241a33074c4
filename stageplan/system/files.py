"""Reads a file whole and replaces one whole; every way to fail is an error with the file's name."""

import errno
import os
import secrets
from pathlib import Path

from stageplan.errors import UsageError


def read_bytes(path: Path) -> bytes:
    """What the file holds.

    Raises:
        UsageError: it is not there (`no-such-file`), a folder (`is-a-directory`), or may not be
            read (`unreadable`).
    """
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError) as cause:
        raise UsageError("no-such-file", f"there is no file '{path}'", hint=_where_it_ends(path)) from cause
    except IsADirectoryError as cause:
        raise UsageError(
            "is-a-directory", f"'{path}' is a folder, not a file", hint="name a file in it"
        ) from cause
    except (OSError, ValueError) as cause:
        raise UsageError(
            "unreadable", f"cannot read '{path}': {_words(cause)}", hint="check its owner and mode"
        ) from cause


def write_atomically(path: Path, data: bytes, *, executable: bool = False) -> None:
    """Replaces the file by one with this content, or leaves it as it was.

    The new file stands beside the old one until it is whole and on the disk; a reader sees the one
    or the other. A link is followed, and an existing file keeps its mode.

    Args:
        path: where; its folder must exist.
        data: the whole content.
        executable: adds the right to run it for whoever may read it.

    Raises:
        UsageError: it is a folder (`is-a-directory`), the disk has no room (`disk-full`), or it may
            not be written (`not-writable`).
    """
    target = Path(os.path.realpath(path))
    if target.is_dir():
        raise UsageError("is-a-directory", f"'{path}' is a folder, not a file", hint="name a file in it")
    try:
        _replace(target, data, executable=executable)
    except OSError as cause:
        if cause.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            raise UsageError(
                "disk-full", f"no room to write '{path}': {_words(cause)}", hint="free some space there"
            ) from cause
        raise UsageError(
            "not-writable",
            f"cannot write '{path}': {_words(cause)}",
            hint="name a file in a folder that you may write to",
        ) from cause


def hide_from_git(folder: Path) -> None:
    """Git takes nothing of the folder, which is made where it is missing.

    Raises:
        UsageError: it cannot be made or written (`not-writable`).
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as cause:
        raise UsageError(
            "not-writable", f"cannot make '{folder}': {_words(cause)}", hint="name another with --cache-dir"
        ) from cause
    sign = folder / ".gitignore"
    if not sign.exists():
        write_atomically(sign, b"*\n")


def _replace(target: Path, data: bytes, *, executable: bool) -> None:
    """Writes beside the target, then takes its name."""
    beside = target.with_name(f".{target.name[:100]}.{secrets.token_hex(8)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(descriptor, _mode(target if target.exists() else beside, executable=executable))
            os.fsync(descriptor)
        beside.replace(target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _mode(file: Path, *, executable: bool) -> int:
    """The mode of the file, where asked with the right to run it for whoever may read it."""
    mode = file.stat().st_mode & 0o777
    return mode | (mode & 0o444) >> 2 if executable else mode


def _where_it_ends(path: Path) -> str:
    """A hint that names the part of the path that is missing, or that is no folder."""
    for parent in reversed(path.parents):
        if not parent.exists():
            return f"there is no folder '{parent}'"
        if not parent.is_dir():
            return f"'{parent}' is a file, not a folder"
    return "check its name and the folder you are in"


def _words(cause: Exception) -> str:
    """The system's words for what went wrong, in lower case."""
    text = cause.strerror if isinstance(cause, OSError) and cause.strerror else str(cause)
    return text[:1].lower() + text[1:]

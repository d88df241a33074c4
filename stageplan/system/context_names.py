"""What of a build context the classic builder is sent."""

import os
from collections.abc import Iterator
from pathlib import Path

from stageplan.context.ignore import IgnoreFile
from stageplan.context.path_patterns import Inherited
from stageplan.system.files import read_bytes


def context_names(root: Path, _dockerfile: Path) -> Iterator[str]:
    """Every file, folder and link below the context that its `.dockerignore` leaves, folders first.

    The classic builder knows that one ignore file alone, not the one named after the Dockerfile.
    """
    path = root / ".dockerignore"
    text = read_bytes(path).decode("utf-8", "surrogateescape") if path.is_file() else ""
    yield from _below(root, "", IgnoreFile.parse(text, str(path)), ())


def _below(root: Path, folder: str, ignore: IgnoreFile, inherited: Inherited) -> Iterator[str]:
    with os.scandir(root / folder) as entries:
        found = sorted(entries, key=lambda entry: entry.name)
    for entry in found:
        name = f"{folder}/{entry.name}" if folder else entry.name
        ignored, further = ignore.match(name, inherited)
        is_folder = entry.is_dir(follow_symlinks=False)
        if not ignored:
            yield name
        if is_folder and (not ignored or ignore.may_show_in(name)):
            yield from _below(root, name, ignore, further)

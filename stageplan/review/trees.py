"""The files of two images, compared: all that a container sees of them but their times."""

import tarfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import PurePosixPath
from typing import BinaryIO

_XATTR = "SCHILY.xattr."
_KINDS = {
    tarfile.DIRTYPE: "directory",
    tarfile.LNKTYPE: "hard link",
    tarfile.SYMTYPE: "symbolic link",
    tarfile.FIFOTYPE: "fifo",
    tarfile.CHRTYPE: "character device",
    tarfile.BLKTYPE: "block device",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a path is.

    Attributes:
        kind: file, directory, link or device.
        mode: its permissions, in octal.
        owner: `UID:GID`.
        target: of a link.
        device: its two numbers, of a device.
        attributes: extended ones, sorted.
        content: sha256 of a file's, in hexadecimal.
    """

    kind: str
    mode: str
    owner: str
    target: str
    device: str
    attributes: str
    content: str


def read_tree(tar: BinaryIO) -> dict[str, Entry]:
    """What a tar holds, by path.

    Raises:
        tarfile.TarError: it is none.
    """
    with tarfile.open(fileobj=tar, mode="r:", errors="surrogateescape") as opened:
        return {str(PurePosixPath("/", member.name)): _entry(opened, member) for member in opened}


def differences(old: Mapping[str, Entry], new: Mapping[str, Entry]) -> tuple[str, ...]:
    """A line for each path that differs, sorted by path."""
    return tuple(
        f"{path}: {what}"
        for path in sorted({*old, *new})
        if (what := _difference(old.get(path), new.get(path)))
    )


def _difference(old: Entry | None, new: Entry | None) -> str:
    if old is None or new is None:
        return "is new" if old is None else "is gone"
    before, after = asdict(old), asdict(new)
    return ", ".join(
        f"other {fact}"
        if fact == "content"
        else f"{fact} {before[fact] or 'none'} is {after[fact] or 'none'}"
        for fact in before
        if before[fact] != after[fact]
    )


def _entry(tar: tarfile.TarFile, member: tarfile.TarInfo) -> Entry:
    is_device = member.type in {tarfile.CHRTYPE, tarfile.BLKTYPE}
    file = tar.extractfile(member) if member.isreg() else None
    return Entry(
        kind=_KINDS.get(member.type, "file"),
        mode=f"{member.mode:o}",
        owner=f"{member.uid}:{member.gid}",
        target=member.linkname,
        device=f"{member.devmajor}:{member.devminor}" if is_device else "",
        attributes=" ".join(
            sorted(
                f"{name.removeprefix(_XATTR)}={value!r}"
                for name, value in member.pax_headers.items()
                if name.startswith(_XATTR)
            )
        ),
        content=sha256(file.read()).hexdigest() if file else "",
    )

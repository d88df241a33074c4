"""Made-up files that pack and unpack as those of a real system do; the same bytes on every machine."""

import gzip
import random
import tarfile
from collections.abc import Iterator
from functools import cache, partial
from io import BytesIO

from bench.replay.bases import LEVEL, Base, add

POOL = 8 << 20
MEGABYTE = 1 << 20
ARCHIVES = 8  # in a base, for its installer
VERSION = 3  # of what the functions here make
_CODE = bytes(32 + number * number % 251 % 24 for number in range(256))  # packs to half, as programs do


INSTALL = """\
#!/bin/sh
# install-packages LIST FOLDER: unpacks each `NAME VERSION MEGABYTES` of the list into very many small files.
set -eu
while read -r name version megabytes; do
    for number in $(seq "$megabytes"); do
        archive="/usr/share/archives/$(((number + megabytes) % ARCHIVES)).tar.gz"
        folder="$2/$name-$version/$number"
        mkdir -p "$folder"
        sha256sum "$archive" > "$folder/record"
        tar -x -z -f "$archive" -C "$folder"
    done
done < "$1"
"""
COMPILE = """\
#!/bin/sh
# compile-code FOLDER OUT MEGABYTES ROUNDS: works on the files of the folder for a while, and writes OUT.
set -eu
sum=$(find "$1" -type f | sort | xargs cat | sha256sum)
for _ in $(seq "$4"); do
    head -c "$((4 << 10 << 10 >> SHRINK))" /usr/share/pool | gzip | sha256sum > /dev/null
done
mkdir -p "$(dirname "$2")"
{ echo "$sum"; head -c "$(($3 << 10 << 10 >> SHRINK))" /usr/share/pool; } > "$2"
"""


@cache
def pool() -> bytes:
    """Bytes to cut files from: half of it text, half of it like programs; gzip makes less than half of it."""
    chance = random.Random(1)  # noqa: S311 - no secret, the same on every run
    words = ["".join(chance.choices("etaoinshrdlucmfw_", k=chance.randint(2, 11))) for _ in range(4096)]
    often = [(rank + 1) ** -1.3 for rank in range(len(words))]
    text = " ".join(chance.choices(words, often, k=POOL // 8)).encode()
    code = chance.randbytes(POOL).translate(_CODE)
    piece = 64 << 10
    mixed = (text[at : at + piece] + code[at : at + piece] for at in range(0, POOL // 2, piece))
    return b"".join(mixed)[:POOL]


def files(name: str, *, count: int, size: int) -> Iterator[tuple[str, bytes]]:
    """So many paths with their content, of so many bytes in all; most are small and a few are large.

    Args:
        name: other names give other files.
        size: of all, in bytes; hit within a few percent where there are many.
    """
    chance = random.Random(name)  # noqa: S311
    weights = [chance.lognormvariate(0, 1.2) for _ in range(count)]
    whole, data = sum(weights), pool()
    for number, weight in enumerate(weights):
        wanted = min(int(size * weight / whole) + 1, len(data) // 2)
        start = chance.randrange(len(data) - wanted)
        head = f"{name} {number}\n".encode()
        yield f"{number // 50:03}/{number:05}", head + data[start : start + wanted]


def made_up_base(name: str, *, megabytes: float, count: int) -> Base:
    """A base of so many files, with an installer and a compiler that are made up, too."""
    fill = partial(_fill, name, int(megabytes * MEGABYTE), count)
    return Base(name=name, made_of=f"{VERSION} {megabytes} {count}", fill=fill)


def _fill(name: str, size: int, count: int, tar: tarfile.TarFile, shrink: int, revision: int) -> None:
    for program, script in (("install-packages", INSTALL), ("compile-code", COMPILE)):
        text = script.replace("SHRINK", str(shrink)).replace("ARCHIVES", str(ARCHIVES))
        add(tar, f"usr/local/bin/{program}", text.encode(), 0o755)
    add(tar, "usr/share/pool", pool())
    for number in range(ARCHIVES):
        add(tar, f"usr/share/archives/{number}.tar.gz", _archive(number, shrink))
    for path, data in files(f"{name} {revision}", count=max(count >> shrink, 1), size=size >> shrink):
        add(tar, f"usr/lib/{path}", data)


def _archive(number: int, shrink: int) -> bytes:
    """A megabyte of small files, packed."""
    output = BytesIO()
    with tarfile.open(fileobj=output, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, data in files(f"archive {number}", count=80 >> shrink or 1, size=MEGABYTE >> shrink):
            add(tar, name, data)
    return gzip.compress(output.getvalue(), LEVEL, mtime=0)

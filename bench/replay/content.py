"""Made-up files that pack and unpack as those of a real system do; the same bytes on every machine."""

import random
from collections.abc import Iterator
from functools import cache

POOL = 8 << 20
_CODE = bytes(32 + number * number % 251 % 24 for number in range(256))  # packs to half, as programs do


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

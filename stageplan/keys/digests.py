"""Inputs of a key become its digest."""

from collections.abc import Iterable
from hashlib import sha256

from stageplan.context.framing import framed
from stageplan.keys.model import KeyInput

_VERSION = b"stageplan key 1"
_NAMED_FOR_PEOPLE = frozenset({"base-image", "base-stage", "copied-image", "copied-stage", "files"})
"""Inputs that count by what they hold: another name or tag for the same image changes nothing.

Where files are read and written stands in their instruction.
"""


def digest_of_inputs(purpose: str, inputs: Iterable[KeyInput]) -> str:
    """64 hexadecimal digits, others for another purpose, another order or another input."""
    records = [_VERSION, purpose.encode(), *map(_record, inputs)]
    return sha256(framed(*records)).hexdigest()


def digest_of_texts(purpose: str, texts: Iterable[str]) -> str:
    """64 hexadecimal digits, others for another purpose, another order or another text."""
    return sha256(framed(_VERSION, purpose.encode(), *map(_bytes, texts))).hexdigest()


def _record(item: KeyInput) -> bytes:
    name = "" if item.kind in _NAMED_FOR_PEOPLE else item.name
    return framed(item.kind.encode(), _bytes(name), _bytes(item.value))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")

"""The part of a tag that stands for a branch or a tag of the source repository."""

import hashlib
import re

_LONGEST = 60
_DIGITS = 10
_OTHER = re.compile(rb"[^a-z0-9._-]")
_HASHED = re.compile(rb"-[0-9a-f]{10}\Z")


def slug(name: str) -> str:
    """A scope as a piece of a tag: `[a-z0-9._-]`, at most 60 characters, without `__`.

    It does not start with `.` or `-` nor end with `_`, so `SLUG__STAGE` is a valid tag with one
    reading. A name that fits stays as it is. Any other gets `-` and 10 digits of its sha256, and so
    does a name that already ends like that: two names share a slug only if these digits collide.
    Each rule works byte by byte on UTF-8, for a script does the same with `tr`, `sed` and `sha256sum`.

    Args:
        name: a branch or tag as its owner wrote it; bytes that are no UTF-8 as surrogate escapes.
    """
    raw = name.encode("utf-8", "surrogateescape")
    body = _tag_characters(raw)
    if body == raw and len(raw) <= _LONGEST and not _HASHED.search(raw):
        return name
    digest = hashlib.sha256(raw).hexdigest()[:_DIGITS]
    return f"{body[: _LONGEST - _DIGITS - 1].decode('ascii')}-{digest}"


def _tag_characters(raw: bytes) -> bytes:
    """The name with every byte that may not stand where it stands replaced."""
    body = _OTHER.sub(b"-", raw.lower()).replace(b"__", b"--")
    if body.endswith(b"_"):
        body = body[:-1] + b"-"
    if body.startswith((b".", b"-")):
        body = b"0" + body[1:]
    return body or b"0"


def image_name(folder: str) -> str:
    """A valid image name for a local image, made of a folder's name."""
    name = re.sub(r"[^a-z0-9]+", "-", folder.lower()).strip("-")
    return name or "image"

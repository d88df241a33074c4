"""Bytes of several parts, joined so that no other parts give the same bytes."""


def framed(*parts: bytes) -> bytes:
    """The number of parts, then each part behind its length."""
    return b"".join([len(parts).to_bytes(8, "big"), *(len(part).to_bytes(8, "big") + part for part in parts)])

"""Which registries speak plain HTTP without being told so: those on this machine."""

import re

_HOST = re.compile(r"localhost(:.*)?|127\.[0-9.:]*\.[0-9.:]*\.[0-9.:]*")


def is_loopback(reference: str) -> bool:
    """Whether the registry of a reference is on this machine; a script asks the same."""
    return _HOST.fullmatch(reference.partition("/")[0]) is not None

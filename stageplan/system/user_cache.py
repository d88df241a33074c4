"""Where stageplan keeps what it can find out again: the user's cache folder, never the build context."""

import os
import pwd
from collections.abc import Mapping
from pathlib import Path

_NOWHERE = "/nonexistent"
"""Where nothing can be kept; that of Debian's users without a home."""


def user_cache(env: Mapping[str, str] = os.environ) -> Path:
    """The folder, which need not be there; XDG_CACHE_HOME moves it, where it is absolute.

    Source: the XDG Base Directory Specification.
    """
    root = env.get("XDG_CACHE_HOME", "")
    base = Path(root) if root.startswith("/") else Path(env.get("HOME") or _home()) / ".cache"
    return base / "stageplan"


def _home() -> str:
    """The home of the user that this process runs as; a container's made-up user has none."""
    try:
        return pwd.getpwuid(os.getuid()).pw_dir
    except KeyError:
        return _NOWHERE

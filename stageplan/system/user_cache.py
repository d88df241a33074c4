"""Where stageplan keeps what it can find out again: the user's cache folder, never the build context."""

import os
from collections.abc import Mapping
from pathlib import Path


def user_cache(env: Mapping[str, str] = os.environ) -> Path:
    """The folder, which need not be there; XDG_CACHE_HOME moves it, where it is absolute.

    Source: the XDG Base Directory Specification.
    """
    root = env.get("XDG_CACHE_HOME", "")
    base = Path(root) if root.startswith("/") else Path(env.get("HOME") or "/tmp") / ".cache"  # noqa: S108
    return base / "stageplan"

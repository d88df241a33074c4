"""Where things are kept that can be found out again."""

import os
import pwd
from collections.abc import Mapping
from pathlib import Path

import pytest

from stageplan.system.user_cache import user_cache


@pytest.mark.parametrize(
    ("env", "folder"),
    [
        pytest.param({"HOME": "/home/me"}, "/home/me/.cache/stageplan", id="home"),
        pytest.param(
            {"HOME": "/home/me", "XDG_CACHE_HOME": "/srv/caches"}, "/srv/caches/stageplan", id="moved"
        ),
        pytest.param(
            {"HOME": "/home/me", "XDG_CACHE_HOME": "here"}, "/home/me/.cache/stageplan", id="relative"
        ),
        pytest.param({}, f"{pwd.getpwuid(os.getuid()).pw_dir}/.cache/stageplan", id="no environment"),
    ],
)
def test_the_folder(env: Mapping[str, str], folder: str) -> None:
    assert user_cache(env) == Path(folder)


def test_a_made_up_user_keeps_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 2**31 - 7)
    assert user_cache({}) == Path("/nonexistent/.cache/stageplan")

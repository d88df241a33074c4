"""The planner and the scripts agree on which registries are on this machine."""

import subprocess
from pathlib import Path

import pytest

from stageplan.plan.loopback import is_loopback

SCRIPT = Path("fixtures/plans/buildah/build.sh").read_text()
FUNCTION = SCRIPT[SCRIPT.index("on_loopback() {") : SCRIPT.index("cache_loopback=")]


@pytest.mark.parametrize(
    ("reference", "there"),
    [
        ("localhost/app", True),
        ("localhost:5000/team/app", True),
        ("127.0.0.1:5000/app", True),
        ("127.1.2.3/app", True),
        ("localhost.example.com/app", False),
        ("127.0.0.1.example.com/app", False),
        ("127.0.0/app", False),
        ("10.0.0.1:5000/app", False),
        ("registry.example.com/localhost:5000", False),
        ("app", False),
        ("", False),
    ],
)
def test_they_agree(reference: str, *, there: bool) -> None:
    asked = ["sh", "-c", f'{FUNCTION}on_loopback "$1"', "sh", reference]
    told = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    assert (is_loopback(reference), told) == (there, "1\n" if there else "")

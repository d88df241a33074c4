import pytest

from stageplan.run.session import Session
from tests.run.conftest import MakePlan
from tests.run.fakes import fake_ports

_HERE, _THERE = "sha256:" + "a" * 64, "sha256:" + "b" * 64
_WORDS = (
    f"--build-context=base=docker-image://localhost:5000/app-cache@{_HERE}",
    f"--build-context=deps=docker-image://localhost:5000/app-cache@{_THERE}",
    f"--build-arg=A=docker-image://localhost:5000/app-cache@{_HERE}",
)


@pytest.mark.parametrize(
    ("folder", "first"),
    [
        pytest.param("/srv/x=y z", f"--build-context=base=oci-layout:///srv/x=y z/images@{_HERE}", id="here"),
        pytest.param("/srv/x:y", _WORDS[0], id="buildx would cut the path at the colon"),
        pytest.param("/srv/x@y", _WORDS[0], id="and at the at"),
    ],
)
def test_a_build_takes_what_is_here_from_its_folder(registry_plan: MakePlan, folder: str, first: str) -> None:
    session = Session(registry_plan("r"), ports=fake_ports(), folder=folder, on_event=lambda _: None)
    assert session.from_here(_WORDS) == _WORDS
    session.keep_here(_HERE)
    assert session.from_here(_WORDS) == (first, *_WORDS[1:])

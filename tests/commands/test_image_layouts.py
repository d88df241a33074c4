"""An image that lies in a folder here is handed to the builder from there."""

import pytest

from stageplan.commands.buildx import build_command
from stageplan.commands.values import digest_of
from stageplan.commands.words import fill
from stageplan.plan.model import Build, ImageInput, Inputs

_HERE, _THERE = "sha256:" + "a" * 64, "sha256:" + "b" * 64
_REGISTRY = "docker-image://localhost:5000/app-cache@"
_INPUTS = Inputs(context=".", dockerfile="Dockerfile", dockerfile_digest=_HERE)
_BUILD = Build(
    id="image:app",
    reason="r",
    stage="app",
    index=0,
    target="app",
    output="cacheonly",
    inputs=(
        ImageInput(name="base", repository="{cache_image}", build="base:app"),
        ImageInput(name="deps", repository="{cache_image}", build="image:deps"),
        ImageInput(name="tools", repository="{cache_image}", digest=_HERE),
    ),
)
_VALUES = {
    "cache_image": "localhost:5000/app-cache",
    digest_of("base:app"): _HERE,
    digest_of("image:deps"): _THERE,
}


def contexts(**layouts: str) -> list[str]:
    """What the build gets for each name."""
    made = {name.replace("_", ":"): folder for name, folder in layouts.items()}
    words = fill(build_command(_INPUTS, _BUILD, layouts=made).words, _VALUES)
    return [word.removeprefix("--build-context=") for word in words if word.startswith("--build-context=")]


@pytest.mark.parametrize(
    ("folder", "first"),
    [
        pytest.param("/srv/x=y z/images", f"base=oci-layout:///srv/x=y z/images@{_HERE}", id="here"),
        pytest.param("/srv/x:y/images", f"base={_REGISTRY}{_HERE}", id="buildx cuts the path at a colon"),
        pytest.param("/srv/x@y/images", f"base={_REGISTRY}{_HERE}", id="and at an at"),
    ],
)
def test_a_build_takes_what_is_here_from_its_folder(folder: str, first: str) -> None:
    others = [f"deps={_REGISTRY}{_THERE}", f"tools={_REGISTRY}{_HERE}"]
    assert contexts() == [f"base={_REGISTRY}{_HERE}", *others]
    assert contexts(base_app=folder) == [first, *others]

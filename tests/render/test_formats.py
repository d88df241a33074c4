"""Which format a file name asks for."""

import pytest

from stageplan.render.formats import format_for


@pytest.mark.parametrize(
    ("file_name", "name"),
    [
        pytest.param(None, "sh", id="stdout"),
        pytest.param("build.sh", "sh", id="a script"),
        pytest.param("build", "sh", id="no suffix"),
        pytest.param("docker-bake.json", "bake", id="the name that bake looks for"),
        pytest.param("app.bake.json", "bake", id="another one"),
        pytest.param("plan.json", "sh", id="JSON of whatever kind"),
        pytest.param("docker-bake.hcl", "bake-hcl", id="HCL"),
    ],
)
def test_the_file_name_decides(file_name: str | None, name: str) -> None:
    assert format_for(file_name) == name

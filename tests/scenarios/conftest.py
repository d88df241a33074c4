from pathlib import Path

import pytest

import lab
from tests.scenarios.keyed_project import DOCKERFILE, Project


@pytest.fixture
def project(registry: lab.Registry, tmp_path: Path) -> Project:
    """A project that nobody has built yet."""
    folder = tmp_path / "context"
    folder.mkdir()
    made = Project(folder=folder, registry=registry)
    made.write(Dockerfile=DOCKERFILE, deps_txt="deps\n", app_txt="app\n")
    return made

"""Images that `keyed` builds are those that docker builds: files, modes, owners, links, config."""

from pathlib import Path

import lab
from lab.contents import Image, differences
from lab.engine import CommandError
from tests.scenarios.keyed_project import STAGEPLAN
from tests.scenarios.shapes import SHAPES, Shape


def test_every_shape(engine: lab.Engine, registry: lab.Registry, tmp_path: Path) -> None:
    found = {  # one after the other: side by side, the engine loses snapshots that plain builds wait for
        name: _compared(engine, registry, shape, tmp_path / str(number))
        for number, (name, shape) in enumerate(SHAPES.items())
    }
    assert found == {name: {"first build": (), "later build": ()} for name in SHAPES}


def _compared(
    engine: lab.Engine, registry: lab.Registry, shape: Shape, folder: Path
) -> dict[str, tuple[str, ...]]:
    """How the images differ, of the first build and of one that takes what it left."""
    found = {}
    for commit, files in (("first build", shape.files), ("later build", shape.changed)):
        for path, content in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(content, newline="")
        found[commit] = _differences(engine, registry, shape, folder)
    return found


def _differences(engine: lab.Engine, registry: lab.Registry, shape: Shape, folder: Path) -> tuple[str, ...]:
    name = f"shape-{folder.name}"
    output = f"--output=type=image,push=true,store=false,name={registry.host}/plain/{name}:main"
    engine.run(*("docker", "buildx", "build", "--provenance=false", output), *shape.options, ".", cwd=folder)
    words = ["--strategy", "keyed", "--image", f"{registry.host}/{name}", "--scope", "main", *shape.options]
    words += [word for check in shape.checks for word in ("--check", check)]
    try:
        engine.run(*STAGEPLAN, "run", ".", *words, cwd=folder)
    except CommandError as error:
        return (str(error),)
    return differences(Image.read(registry, f"plain/{name}:main"), Image.read(registry, f"{name}:main"))

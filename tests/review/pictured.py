"""The golden cases of pictures: a folder of `fixtures/pictures` is a Dockerfile, maybe with options."""

import json
from pathlib import Path
from typing import Any

from stageplan.dockerfile.reader import read_dockerfile
from stageplan.graph import BuildOptions, build_graph
from stageplan.review.pictures.scene import Scene, scene_of

CASES = Path(__file__).parents[2] / "fixtures" / "pictures"
NAMES = sorted(path.name for path in CASES.iterdir())


def scene_from(text: str, **options: Any) -> Scene:
    """The scene of a Dockerfile; `targets` and `checks` are names of stages."""
    graph = build_graph(read_dockerfile(text.encode(), "Dockerfile"), BuildOptions())
    targets, checks = (
        [graph.find(name).index for name in options.get(kind, ())] for kind in ("targets", "checks")
    )
    return scene_of(graph, targets, checks)


def scene_named(case: str) -> Scene:
    """The scene of a golden case."""
    options = CASES / case / "options.json"
    given = json.loads(options.read_text()) if options.is_file() else {}
    return scene_from((CASES / case / "Dockerfile").read_text(), **given)

"""The golden cases of comparisons: a folder of `fixtures/diffs` has an old and a new context."""

import json
from pathlib import Path
from typing import Any

from stageplan.cli.sides import disk_files
from stageplan.dockerfile.reader import read_dockerfile
from stageplan.graph import BuildOptions, build_graph
from stageplan.review.diff.side import Side

DIFFS = Path(__file__).parents[2] / "fixtures" / "diffs"
KINDS = sorted(path.name for path in DIFFS.iterdir())


def options_of(kind: str) -> dict[str, Any]:
    file = DIFFS / kind / "options.json"
    return dict(json.loads(file.read_text())) if file.is_file() else {}


def side_named(kind: str, which: str) -> Side:
    """One side of a golden case."""
    return side_in(DIFFS / kind / which, which, checks=options_of(kind).get("checks", ()))


def side_in(folder: Path, name: str, *, checks: tuple[str, ...] = ()) -> Side:
    """A folder with a Dockerfile as a side."""
    path = folder / "Dockerfile"
    graph = build_graph(read_dockerfile(path.read_bytes(), "Dockerfile"), BuildOptions())
    return Side(
        name=name,
        graph=graph,
        targets=(graph.target,),
        checks=tuple(graph.find(check).index for check in checks),
        files_of=disk_files(folder, path),
    )

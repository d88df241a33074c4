"""Which paths of a stage other stages copy, as an image that holds only these can give them."""

import posixpath
import re
from collections.abc import Collection, Iterator

from stageplan.graph import StageGraph
from stageplan.stages.model import StageInstruction

_WILDCARD = re.compile(r"[*?\[\\]")
_PLAIN = re.compile(r"/[A-Za-z0-9_@%+=:,./ -]+")


def copied_paths(graph: StageGraph, index: int, reached: Collection[int]) -> tuple[str, ...] | None:
    """The paths that copies take of a stage, sorted; None where only the whole stage serves them.

    A copy with a wildcard needs the literal folder before it, for it may flatten what it matches. One of the
    whole root, one with `--parents`, which copies the folders on the way with their modes, and one with a
    character that means something to the builder need the whole stage.
    """
    found = set[str]()
    for instruction in _copies(graph, index, reached):
        if ("parents", "true") in instruction.flags:
            return None
        for source in instruction.sources:
            path = _literal(source)
            if not _PLAIN.fullmatch(path):
                return None
            found.add(path)
    return tuple(sorted(path for path in found if not any(_holds(other, path) for other in found)))


def _copies(graph: StageGraph, index: int, reached: Collection[int]) -> Iterator[StageInstruction]:
    for consumer in graph.consumers(index):
        if consumer in reached:
            for instruction in graph.stages[consumer].instructions:
                if instruction.copied is not None and instruction.copied.stage == index:
                    yield instruction


def _literal(source: str) -> str:
    """The path up to the first part that has a wildcard."""
    parts: list[str] = []
    for part in source.split("/"):
        if _WILDCARD.search(part):
            break
        parts.append(part)
    return posixpath.normpath("/" + "/".join(parts).lstrip("/"))


def _holds(folder: str, path: str) -> bool:
    return path.startswith(f"{folder}/")

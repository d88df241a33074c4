"""Which paths of a stage other stages copy, as an image that holds only these can give them."""

import posixpath
import re
from collections.abc import Collection, Iterator

from stageplan.graph import StageGraph
from stageplan.stages.model import StageInstruction

_PLAIN = re.compile(r"/[A-Za-z0-9_@%+=:,./ -]+")


def copied_paths(graph: StageGraph, index: int, reached: Collection[int]) -> tuple[str, ...] | None:
    """The paths that copies take of a stage, sorted; None where only the whole stage serves them.

    The builder follows a path that is a link, and each match of a wildcard that is one, wherever it leads.
    What a wildcard will match nobody knows before the build, so it needs the whole stage. So do a copy of
    the whole root, one with `--parents`, which copies the folders on the way with their modes, and one with
    a character that means something to the builder.

    So does a path in a folder that is copied, too: it may be a link out of the folder, or one of two names of
    a file, and an image made of both copies would keep only one of these.
    """
    found = set[str]()
    for instruction in _copies(graph, index, reached):
        if ("parents", "true") in instruction.flags:
            return None
        for source in instruction.sources:
            path = posixpath.normpath("/" + source.lstrip("/"))
            if not _PLAIN.fullmatch(path):
                return None
            found.add(path)
    if any(path.startswith(f"{folder}/") for path in found for folder in found):
        return None
    return tuple(sorted(found))


def _copies(graph: StageGraph, index: int, reached: Collection[int]) -> Iterator[StageInstruction]:
    for consumer in graph.consumers(index):
        if consumer in reached:
            for instruction in graph.stages[consumer].instructions:
                if instruction.copied is not None and instruction.copied.stage == index:
                    yield instruction

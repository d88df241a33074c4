"""Which stages a build makes itself, and which it takes as images."""

from collections.abc import Iterator, Mapping

from stageplan.plan.keyed.pieces import Form, Pieces


def reach(pieces: Pieces, roots: Mapping[int, int | None]) -> tuple[frozenset[int], dict[int, Form]]:
    """The stages that a build makes itself, and those that it takes, each in the form that serves all.

    Args:
        roots: stages that it makes in any case, with the number of their instructions that count.
    """
    inlined = set(roots)
    wanted = dict[int, Form]()
    waiting = list(roots)
    while waiting:
        at = waiting.pop()
        for source, form in _taken(pieces, at, roots.get(at)):
            if source in inlined:
                continue
            if pieces.stands_in(source):
                wanted[source] = "image" if "image" in {form, wanted.get(source)} else form
            else:
                inlined.add(source)
                waiting.append(source)
    return frozenset(inlined), wanted


def _taken(pieces: Pieces, index: int, limit: int | None) -> Iterator[tuple[int, Form]]:
    """The stages that the first instructions of one take from, and in which form."""
    stage = pieces.work.stage(index)
    if stage.base_stage is not None:
        yield stage.base_stage, "image"
    for instruction in stage.instructions[:limit]:
        copied = instruction.copied
        if copied is not None and copied.stage is not None and instruction.sources:
            yield copied.stage, "image" if pieces.wants_image(copied.stage) else "artifact"
        for mount in instruction.mounts:
            if mount.reads_source and mount.source.stage is not None:
                yield mount.source.stage, "image"

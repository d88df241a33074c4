"""From a side to an answer."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from stageplan.context.files import Reading
from stageplan.graph import Dependency, DependencyKind, Stage, StageGraph
from stageplan.review.diff.compare import compare
from stageplan.review.diff.side import FilesOf, Side
from stageplan.review.diff.steps import Step, stage_steps
from stageplan.review.why.model import Near, Reader, WhyPath, WhyStage

_CHANGED = "changed"
_VERBS: Mapping[DependencyKind, str] = {
    "from": "starts from",
    "copy": "copies",
    "mount": "mounts",
    "onbuild": "takes by ONBUILD",
}


def why_path(side: Side, path: str, ignored: str | None) -> WhyPath:
    """What a file does.

    Args:
        path: of a file or folder, from the root of the context.
        ignored: which rule leaves it out of the context, as a sentence, or None.
    """
    changed = replace(side, files_of=_with_change(side.files_of, path))
    difference = compare(side, changed)
    readers = [
        replace(reader, files=at)
        for reader in _readers(side, range(len(side.graph.stages)))
        if (at := tuple(file for file in reader.files or () if _lies_in(file, path)))
    ]
    return WhyPath(
        path=path,
        ignored=ignored,
        readers=tuple(readers),
        stages=tuple(stage for stage in difference.stages if stage.runs),
        steps=difference.steps,
    )


def why_stage(side: Side, index: int) -> WhyStage:
    """What a stage is made of."""
    graph = side.graph
    stage = graph.stages[index]
    needs = graph.reached_from((index,)) - {index}
    order = [each for each in range(len(graph.stages)) if each in needs]
    behind = _behind(side, index)
    return WhyStage(
        name=stage.label,
        line=stage.span.line,
        base=_base(graph, stage),
        is_needed=index in side.needed,
        readers=tuple(_readers(side, (index,))),
        before=tuple(_near(side, each, {*needs, index}, takes=False) for each in order),
        through=tuple(_readers(side, order)),
        behind=tuple(_near(side, each, {*behind, index}, takes=True) for each in behind),
        targets=tuple(graph.stages[each].label for each in side.built if each in {index, *behind}),
    )


def _with_change(files_of: FilesOf, path: str) -> FilesOf:
    """The same context, where the file, or all below the folder, holds something else."""

    def changed(reading: Reading) -> Mapping[str, str] | None:
        files = files_of(reading)
        if files is None:
            return None
        return {file: _CHANGED if _lies_in(file, path) else digest for file, digest in files.items()}

    return changed


def _lies_in(file: str, path: str) -> bool:
    return path in (".", file) or file.startswith(f"{path}/")


def _readers(side: Side, stages: Iterable[int]) -> Iterator[Reader]:
    """The instructions that read files of the context."""
    found = stage_steps(side, str)
    for index in stages:
        for step in found[index].steps:
            if step.files is not None or _asks_context(step):
                yield Reader(
                    stage=side.graph.stages[index].label,
                    is_needed=index in side.needed,
                    line=step.instruction.span.line,
                    text=step.instruction.text,
                    files=None if step.files is None else tuple(sorted(step.files)),
                )


def _asks_context(step: Step) -> bool:
    return step.instruction.copies_context or step.instruction.mounts_context


def _behind(side: Side, index: int) -> tuple[int, ...]:
    """The stages that need one, in file order."""
    found, waiting = {index}, [index]
    while waiting:
        new = [each for each in side.graph.consumers(waiting.pop()) if each not in found]
        found.update(new)
        waiting += new
    return tuple(sorted(found - {index}))


def _near(side: Side, index: int, near: Iterable[int], *, takes: bool) -> Near:
    """A stage, with how it takes from the others, or they from it."""
    members = frozenset(near)
    labels = [stage.label for stage in side.graph.stages]
    ways = []
    for edge in side.graph.dependencies:
        mine, other = (edge.consumer, edge.source) if takes else (edge.source, edge.consumer)
        if mine == index and other in members and other != index:
            ways.append(_way(edge, labels, takes=takes))
    return Near(name=labels[index], ways=tuple(dict.fromkeys(ways)))


def _way(edge: Dependency, labels: list[str], *, takes: bool) -> str:
    """How data goes along an edge, told by who takes it, or by who is taken from."""
    verb = _VERBS[edge.kind]
    paths = f" {', '.join(edge.paths)}" if edge.paths else ""
    if not takes:
        return f"{labels[edge.consumer]} {verb}{paths or ' it'}"
    if edge.kind == "from":
        return f"{verb} {labels[edge.source]}"
    return f"{verb}{paths} from {labels[edge.source]}"


def _base(graph: StageGraph, stage: Stage) -> str:
    if stage.replaced_by or stage.base_stage is None:
        return stage.replaced_by or stage.base
    return f"stage {graph.stages[stage.base_stage].label}"

"""The graph as text for a terminal."""

from collections.abc import Iterator, Sequence

from stageplan.graph import Stage, StageGraph


def tree(graph: StageGraph, targets: Sequence[int] = (), checks: Sequence[int] = ()) -> str:
    """The stages in file order, each with its base and what it takes from other stages, with a line end.

    Args:
        targets: the stages to publish; none: the graph's own target.
        checks: the stages that are only run for their result.
    """
    targets = tuple(targets) or (graph.target,)
    needed = graph.reached_from((*targets, *checks))
    width = max(len(stage.label) for stage in graph.stages)
    lines = []
    for stage in graph.stages:
        is_asked = stage.index in targets or stage.index in checks
        mark = "●" if is_asked else "○" if stage.index in needed else "·"
        unneeded = "" if stage.index in needed else "  (not needed)"
        lines.append(f"{mark} {stage.label:<{width}}  {_base(graph, stage)}{unneeded}")
        lines += _sources(graph, stage)
    lines += (f"warning[{warning.rule}]: {warning.span}: {warning.message}" for warning in graph.warnings)
    return "\n".join((f"{graph.dockerfile.path}: {_count(graph, targets, len(needed))}", "", *lines)) + "\n"


def _count(graph: StageGraph, targets: Sequence[int], needed: int) -> str:
    names = ", ".join(graph.stages[target].label for target in targets)
    return f"{len(graph.stages)} stages, {needed} needed for {names}"


def _base(graph: StageGraph, stage: Stage) -> str:
    base = stage.base if stage.base_stage is None else f"stage {graph.stages[stage.base_stage].label}"
    platform = f" for {stage.platform}" if stage.platform else ""
    replaced = f", replaced by {stage.replaced_by}" if stage.replaced_by else ""
    return f"from {base}{platform}{replaced}"


def _sources(graph: StageGraph, stage: Stage) -> Iterator[str]:
    edges = [edge for edge in graph.taken_by(stage.index) if edge.kind != "from"]
    for number, edge in enumerate(edges, start=1):
        corner = "└─" if number == len(edges) else "├─"
        paths = f": {', '.join(edge.paths)}" if edge.paths else ""
        yield f"  {corner} {edge.kind} from {graph.stages[edge.source].label}{paths}"

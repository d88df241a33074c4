"""The graph as JSON."""

import json
from collections.abc import Sequence

from stageplan.graph import GraphWarning, StageGraph

VERSION = 1


def graph_json(graph: StageGraph, targets: Sequence[int] = (), checks: Sequence[int] = ()) -> bytes:
    """The document of `stageplan graph --format json`, with a line end; stages are named by their index.

    Args:
        targets: the stages to publish; none: the graph's own target.
        checks: the stages that are only run for their result.
    """
    targets = tuple(targets) or (graph.target,)
    needed = graph.reached_from((*targets, *checks))
    document = {
        "version": VERSION,
        "dockerfile": graph.dockerfile.path,
        "default_target": graph.default_target,
        "targets": list(targets),
        "checks": list(checks),
        "stages": [
            {
                "index": stage.index,
                "name": stage.name or "",
                "base": stage.base,
                "base_stage": stage.base_stage,
                "platform": stage.platform,
                "line": stage.span.line,
                "reachable": stage.index in needed,
            }
            for stage in graph.stages
        ],
        "edges": sorted(
            (
                {
                    "from": edge.source,
                    "to": edge.consumer,
                    "kind": edge.kind,
                    "line": edge.span.line,
                    "paths": list(edge.paths),
                }
                for edge in graph.dependencies
            ),
            key=lambda edge: (edge["from"], edge["to"], edge["kind"], edge["line"], edge["paths"]),
        ),
        "images": [{"ref": use.ref, "stage": use.stage, "kind": use.kind} for use in graph.images],
        "warnings": [_warning(warning) for warning in graph.warnings],
    }
    return json.dumps(document, indent=2, ensure_ascii=False).encode("utf-8", "surrogateescape") + b"\n"


def _warning(warning: GraphWarning) -> dict[str, object]:
    return {
        "rule": warning.rule,
        "message": warning.message,
        "line": warning.span.line,
        "column": warning.span.column,
        "hint": warning.hint,
    }

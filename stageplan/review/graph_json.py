"""The graph as JSON."""

import json

from stageplan.graph import GraphWarning, StageGraph

VERSION = 1


def graph_json(graph: StageGraph) -> bytes:
    """The document of `stageplan graph --format json`, with a line end; stages are named by their index."""
    document = {
        "version": VERSION,
        "dockerfile": graph.dockerfile.path,
        "default_target": graph.default_target,
        "targets": [graph.target],
        "stages": [
            {
                "index": stage.index,
                "name": stage.name or "",
                "base": stage.base,
                "base_stage": stage.base_stage,
                "platform": stage.platform,
                "line": stage.span.line,
                "reachable": stage.index in graph.reachable,
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

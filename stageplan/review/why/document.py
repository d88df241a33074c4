"""The answers as JSON."""

import json
from dataclasses import asdict

from stageplan.review.why.model import WhyPath, WhyStage

VERSION = 1


def path_json(answer: WhyPath) -> bytes:
    """What a file does, with a line end."""
    stages = [
        {
            "name": stage.name,
            "line": stage.runs[0].line,
            "run": sum(line.state == "runs" for line in stage.lines),
            "may_run": sum(line.state == "may" for line in stage.lines),
            "hits": stage.hits,
        }
        for stage in answer.stages
    ]
    return _document(asdict(answer) | {"stages": stages})


def stage_json(answer: WhyStage) -> bytes:
    """What a stage is made of, with a line end."""
    return _document(asdict(answer))


def _document(fields: dict[str, object]) -> bytes:
    document = {"version": VERSION, **fields}
    return json.dumps(document, indent=2, ensure_ascii=False).encode(errors="replace") + b"\n"

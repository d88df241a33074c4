"""A difference as JSON."""

import json
from dataclasses import asdict
from typing import Any

from stageplan.review.diff.changes import Difference, StageChange
from stageplan.review.diff.words import total_cost

VERSION = 1


def difference_json(difference: Difference) -> bytes:
    """The document of `stageplan diff --format json`, with a line end."""
    cost = total_cost(difference)
    document = {
        "version": VERSION,
        "old": difference.old,
        "new": difference.new,
        "differs": difference.differs,
        "instructions": {
            "all": difference.steps,
            "run": difference.certain_count,
            "may_run": difference.run_count - difference.certain_count,
        },
        "cost": asdict(cost) if cost else None,
        "stages": [_stage(stage) for stage in difference.stages],
        "edges": [asdict(edge) for edge in difference.edges],
        "images": [asdict(image) for image in difference.images],
        "settings": [asdict(setting) for setting in difference.settings],
        "order": {"old": difference.old_order, "new": difference.order},
        "waves": {"old": difference.old_waves, "new": difference.waves},
    }
    return json.dumps(document, indent=2, ensure_ascii=False).encode(errors="replace") + b"\n"


def _stage(stage: StageChange) -> dict[str, Any]:
    return asdict(stage) | {"run": sum(line.state == "runs" for line in stage.lines), "hits": stage.hits}

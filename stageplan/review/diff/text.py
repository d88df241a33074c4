"""A difference for a terminal."""

from collections.abc import Iterator

from stageplan.review.diff.changes import Difference, EdgeChange, LineChange, StageChange
from stageplan.review.diff.words import change_words, cost_words, counts, line_words, summary, waves_words

_LONGEST = 88
_LINE_MARKS = {"added": "+", "removed": "-", "moved": ">", "same": " "}
_EDGE_MARKS = {"added": "+", "removed": "-", "changed": "~"}


def difference_text(difference: Difference) -> str:
    """What differs and what it costs, with a line end."""
    head = [f"{difference.old} → {difference.new}", summary(difference)]
    if found := counts(difference):
        head.append(f"stages: {found}")
    blocks = [head, list(_stages(difference)), list(_edges(difference)), list(_images(difference))]
    blocks += [list(_settings(difference)), list(_order(difference))]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def stage_mark(stage: StageChange) -> str:
    """One letter for what happened to a stage."""
    if stage.status != "same":
        return {"added": "+", "removed": "-", "changed": "~"}[stage.status]
    return "!" if stage.runs else "~"


def _stages(difference: Difference) -> Iterator[str]:
    shown = [stage for stage in difference.stages if stage.differs]
    width = max((len(stage.name) for stage in shown), default=0)
    for stage in shown:
        yield f"{stage_mark(stage)} {stage.name:<{width}}  {', '.join(change_words(stage))}".rstrip()
        yield from (f"    {line}" for line in _lines(stage))


def _lines(stage: StageChange) -> Iterator[str]:
    """The instructions that changed, then what runs again and why."""
    if stage.status == "changed":
        yield from (_line(stage, line) for line in stage.lines if line.status != "same")
    if not stage.runs:
        return
    first = stage.runs[0]
    steps = len(stage.runs) + stage.hits
    verb = "runs again" if stage.is_certain else "may run again"
    cost = f", {cost_words(stage.cost)}" if stage.cost else ""
    yield f"{verb} from line {first.line}, {len(stage.runs)} of {steps}{cost}: {stage.because}"


def _line(stage: StageChange, line: LineChange) -> str:
    place = line.line or line.old_line
    text = " ".join(line.text.split())
    short = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    words = line_words(stage, line)
    return f"{_LINE_MARKS[line.status]} {place}: {short}{f'  ({words})' if words else ''}"


def _edges(difference: Difference) -> Iterator[str]:
    if difference.edges:
        yield "edges"
    for edge in difference.edges:
        yield f"{_EDGE_MARKS[edge.status]} {edge.source} → {edge.consumer}  {edge_words(edge)}"


def edge_words(edge: EdgeChange) -> str:
    """How data goes along an edge, and what."""
    paths = f" {', '.join(edge.paths)}" if edge.paths else ""
    instead = f" instead of {', '.join(edge.old_paths)}" if edge.old_paths else ""
    return f"{edge.kind}{paths}{instead}"


def _images(difference: Difference) -> Iterator[str]:
    if difference.images:
        yield "images"
    for image in difference.images:
        where = ", ".join(image.stages)
        if image.old and image.new:
            yield f"~ {image.new} instead of {image.old} in {where}"
        elif image.new:
            yield f"+ {image.new} in {where}"
        else:
            yield f"- {image.old} in {where}"


def _settings(difference: Difference) -> Iterator[str]:
    if difference.settings:
        yield "plan"
    for setting in difference.settings:
        yield f"~ {setting.name}: {setting.new or 'none'} instead of {setting.old or 'none'}"


def _order(difference: Difference) -> Iterator[str]:
    if difference.order == difference.old_order:
        return
    yield "build order"
    yield f"- {', '.join(difference.old_order)}"
    yield f"+ {', '.join(difference.order)}"
    if words := waves_words(difference):
        yield f"~ {words}"

"""A difference for a comment on a change: a picture, a table, then details."""

from collections.abc import Iterator

from stageplan.review.diff.changes import Difference, EdgeChange, ImageChange, StageChange
from stageplan.review.diff.picture import neighbourhood, only
from stageplan.review.diff.text import edge_words
from stageplan.review.diff.words import change_words, counts, runs_words, summary, waves_words
from stageplan.review.pictures.mermaid import mermaid
from stageplan.review.pictures.scene import Scene

LONGEST_PICTURE = 2000
"""How many characters of Mermaid GitLab draws on one page."""
_MARKS = {"added": "+", "removed": "-", "moved": "+", "same": " "}


def difference_markdown(difference: Difference, scene: Scene) -> str:
    """The comment, with a line end.

    Args:
        scene: the picture of the whole difference.
    """
    blocks = [f"### Stages: {_code(difference.old)} → {_code(difference.new)}", f"**{_head(difference)}**"]
    if difference.differs:
        blocks += [picture for picture in (_picture(scene),) if picture]
        blocks += ["\n".join(rows) for rows in (list(_table(difference)),) if rows]
        blocks += [block for block in (_further(difference), _details(difference)) if block]
    return "\n\n".join(blocks) + "\n"


def small_mermaid(scene: Scene) -> str | None:
    """The picture of what changed, no longer than GitLab draws; None where even less is too much."""
    near = neighbourhood(scene)
    changed = [place for place, node in enumerate(near.nodes) if node.change != "same"]
    own = [place for place in changed if near.nodes[place].change != "behind"]
    for shown in (near, only(near, changed), only(near, own)):
        for is_labelled in (True, False):
            text = mermaid(shown, is_labelled=is_labelled)
            if shown.nodes and len(text) <= LONGEST_PICTURE:
                return text
    return None


def _head(difference: Difference) -> str:
    text = summary(difference)
    return f"{text[:1].upper()}{text[1:]}."


def _picture(scene: Scene) -> str | None:
    text = small_mermaid(scene)
    return f"```mermaid\n{text}```" if text else None


def _table(difference: Difference) -> Iterator[str]:
    shown = [stage for stage in difference.stages if stage.differs]
    if not shown:
        return
    has_cost = any(stage.cost for stage in shown)
    yield f"| stage | change | runs again |{' seconds |' if has_cost else ''} why |"
    yield f"|---|---|---|{'---|' if has_cost else ''}---|"
    for stage in shown:
        seconds = f" {stage.cost.seconds:.1f} |" if stage.cost else " |" if has_cost else ""
        words = _cell(", ".join(change_words(stage)))
        yield f"| {_code(stage.name)} | {words} | {runs_words(stage)} |{seconds} {_cell(stage.because)} |"


def _further(difference: Difference) -> str:
    lines = [*map(_image, difference.images)]
    lines += (
        f"- plan: {_cell(each.name)} is {_code(each.new)}, was {_code(each.old)}"
        for each in difference.settings
    )
    if words := waves_words(difference):
        lines.append(f"- {words}")
    return "\n".join(lines)


def _image(image: ImageChange) -> str:
    where = ", ".join(map(_code, image.stages))
    if image.old and image.new:
        return f"- image {_code(image.new)} instead of {_code(image.old)} in {where}"
    return f"- image {_code(image.new or image.old or '')} {'new' if image.new else 'gone'} in {where}"


def _details(difference: Difference) -> str:
    """The instructions that changed and the edges, folded up."""
    blocks = [block for stage in difference.stages for block in _stage(stage)]
    if difference.edges:
        blocks.append("**edges**\n\n" + _fenced("diff", "\n".join(map(_edge, difference.edges))))
    if not blocks:
        return ""
    title = counts(difference) or "edges"
    return "\n\n".join((f"<details><summary>{title}</summary>", *blocks, "</details>"))


def _stage(stage: StageChange) -> Iterator[str]:
    if stage.status == "same":
        return
    lines = [f"{_MARKS[line.status]} {piece}" for line in stage.lines for piece in line.text.split("\n")]
    if stage.old_base:
        lines = [f"- FROM {stage.old_base}", f"+ FROM {stage.base}", *lines]
    if lines:
        yield f"**{_code(stage.name)}**\n\n" + _fenced("diff", "\n".join(lines))


def _edge(edge: EdgeChange) -> str:
    mark = {"added": "+", "removed": "-", "changed": "!"}[edge.status]
    return f"{mark} {edge.source} → {edge.consumer}  {edge_words(edge)}"


def _fenced(language: str, text: str) -> str:
    """A block of code that no line of the text can end."""
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}{language}\n{text}\n{fence}"


def _code(text: str) -> str:
    """The text as it is, in a line or a table."""
    plain = " ".join(text.split()).replace("|", "\\|")
    return f"`` {plain} ``" if "`" in plain else f"`{plain}`"


def _cell(text: str) -> str:
    """Words that may hold code, in a table."""
    return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")

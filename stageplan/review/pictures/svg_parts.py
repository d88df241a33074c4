"""One box and one line of an SVG."""

from collections.abc import Iterator

from stageplan.review.pictures.layout import Box
from stageplan.review.pictures.markup import element, text
from stageplan.review.pictures.scene import Link, Node, Scene
from stageplan.review.pictures.text_width import BASE_SIZE, NAME_SIZE, fitted

_INSET, _END = 17.0, 10.0
_PILLS = {
    "added": "ADDED",
    "removed": "REMOVED",
    "changed": "CHANGED",
    "behind": "RUNS AGAIN",
    "target": "TARGET",
    "check": "CHECK",
}

_OUTCOMES = {name: (f"out-{name}",) for name in ("hit", "ran", "failed", "skipped")}


def heads(scene: Scene) -> Iterator[str]:
    """The arrow heads; a marker takes no colour from its line, so there is one for each."""
    for name in dict.fromkeys(map(_head, scene.links)):
        marker = {
            "id": f"sp-{name}",
            "viewBox": "0 0 8 8",
            "refX": 7.5,
            "refY": 4,
            "markerWidth": 8,
            "markerHeight": 8,
            "markerUnits": "userSpaceOnUse",
            "orient": "auto",
        }
        yield element("marker", marker, element("path", {"class": f"head {name}", "d": "M0,0.5L8,4L0,7.5z"}))


def link(number: int, drawn: Link, path: str) -> str:
    """A line; beside it an invisible wide one, which is easier to point at."""
    classes = ["link", drawn.kind]
    if not drawn.is_needed:
        classes.append("faint")
    if _is_marked(drawn):
        classes.append(drawn.change)
    group = {
        "class": " ".join(classes),
        "data-link": number,
        "data-source": drawn.source,
        "data-consumer": drawn.consumer,
    }
    change = f" ({drawn.change})" if _is_marked(drawn) else ""
    return element(
        "g",
        group,
        element("title", {}, text("\n".join((f"{drawn.kind}{change}", *drawn.paths)))),
        element("path", {"class": "hit", "d": path}),
        element("path", {"class": "line", "d": path, "marker-end": f"url(#sp-{_head(drawn)})"}),
    )


def node(number: int, drawn: Node, box: Box, hue: str) -> str:
    """A box: its name, its base image, a stripe in the colour of the image it stands on."""
    room = box.width - _INSET - _END
    middle = box.y + box.height / 2
    group = {
        "class": " ".join(("node", drawn.role, drawn.change, *(_OUTCOMES.get(drawn.outcome, ())))),
        "data-node": number,
    }
    edges = {"x": box.x, "y": box.y, "width": box.width, "height": box.height}
    card = edges | {"class": "card", "rx": 8}
    stripe = {"class": f"root {hue}", "x": box.x + 6, "y": box.y + 8, "width": 3.5, "rx": 1.75}
    stripe |= {"height": box.height - 16}
    name = {"class": "name", "x": box.x + _INSET, "y": middle - 3 if drawn.base else middle + 4.5}
    base = {"class": "base", "x": box.x + _INSET, "y": middle + 14}
    return element(
        "g",
        group,
        element("title", {}, text("\n".join((drawn.label, *drawn.facts)))),
        element("rect", card),
        element("rect", stripe),
        element("text", name, text(fitted(drawn.label, NAME_SIZE, room))),
        element("text", base, text(fitted(drawn.base, BASE_SIZE, room))) if drawn.base else "",
        *_pill(drawn, box),
    )


def _pill(drawn: Node, box: Box) -> Iterator[str]:
    """A word on the upper edge of a box that is not like the others."""
    words = _PILLS.get(drawn.change) or drawn.badge or _PILLS.get(drawn.role)
    if words is None:
        return
    width = len(words) * 6.9 + 12
    x = box.x + box.width - width - 9
    yield element("rect", {"class": "pill", "x": x, "y": box.y - 7, "width": width, "height": 14, "rx": 7})
    place = {"class": "pill-text", "x": x + width / 2, "y": box.y + 3.3, "text-anchor": "middle"}
    yield element("text", place, words)


def _head(drawn: Link) -> str:
    if _is_marked(drawn):
        return drawn.change
    return drawn.kind if drawn.is_needed else "faint"


def _is_marked(drawn: Link) -> bool:
    return drawn.change in ("added", "removed")

"""Where everything of a scene stands: boxes in columns, one a wave, and lines between them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from stageplan.review.pictures.layering import Item, Layering, layering_of
from stageplan.review.pictures.ordering import ordered
from stageplan.review.pictures.positions import positions
from stageplan.review.pictures.scene import Node, Scene
from stageplan.review.pictures.text_width import BASE_SIZE, NAME_SIZE, text_width

_LINE, _TWO_LINES = 38.0, 54.0
_NARROWEST, _WIDEST = 128.0, 272.0
_PADDING = 30.0
_PORT, _PORTS_MARGIN = 9.0, 20.0
_BETWEEN_BOXES, _BETWEEN_WAYS, _BOX_AND_WAY = 24.0, 11.0, 15.0
_GAP, _GAP_PER_LINE, _WIDEST_GAP = 58.0, 2.5, 130.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """Where a node stands: its top left corner and its size, in pixels."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """Where a wave stands: its left edge and its width, in pixels."""

    x: float
    width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where everything stands, from a top left corner of 0, 0.

    Attributes:
        boxes: of the nodes.
        columns: of the waves.
        lines: for each link an SVG path, from source to consumer.
    """

    boxes: tuple[Box, ...]
    columns: tuple[Column, ...]
    lines: tuple[str, ...]
    width: float
    height: float


def layout(scene: Scene) -> Layout:
    """The layout of a scene; the same for the same scene."""
    layering = layering_of(scene)
    items = ordered(layering)
    heights = _heights(scene)
    centres = positions(items, layering, lambda upper, lower: _distance(upper, lower, heights))
    half = {item: heights[item.node] / 2 if item.is_node else 0.0 for item in centres}
    top = min(centre - half[item] for item, centre in centres.items())
    centres = {item: round(centre - top, 1) for item, centre in centres.items()}
    columns = _columns(scene, layering)
    boxes = tuple(
        Box(
            x=columns[node.wave].x,
            y=centres[Item(node.wave, place)] - heights[place] / 2,
            width=columns[node.wave].width,
            height=heights[place],
        )
        for place, node in enumerate(scene.nodes)
    )
    return Layout(
        boxes=boxes,
        columns=columns,
        lines=_lines(layering, boxes, columns, centres),
        width=columns[-1].x + columns[-1].width,
        height=max(centre + half[item] for item, centre in centres.items()),
    )


def _heights(scene: Scene) -> tuple[float, ...]:
    """Room for a name, a base image, and every line that comes in."""
    incoming = [0] * len(scene.nodes)
    for link in scene.links:
        incoming[link.consumer] += 1
    return tuple(
        max(_TWO_LINES if node.base else _LINE, _PORTS_MARGIN + _PORT * lines)
        for node, lines in zip(scene.nodes, incoming, strict=True)
    )


def _distance(upper: Item, lower: Item, heights: Sequence[float]) -> float:
    match upper.is_node, lower.is_node:
        case True, True:
            return (heights[upper.node] + heights[lower.node]) / 2 + _BETWEEN_BOXES
        case False, False:
            return _BETWEEN_WAYS
        case _:
            box = upper if upper.is_node else lower
            return heights[box.node] / 2 + _BOX_AND_WAY


def _columns(scene: Scene, layering: Layering) -> tuple[Column, ...]:
    """Each as wide as its widest box; between them room for the lines to turn."""
    found = []
    x = 0.0
    for number, wave in enumerate(scene.waves):
        width = max(_NARROWEST, *(_box_width(scene.nodes[place]) for place in wave))
        found.append(Column(x=x, width=width))
        leaving = sum(len(layering.after.get(item, ())) for item in layering.columns[number])
        x += width + min(_WIDEST_GAP, _GAP + _GAP_PER_LINE * leaving)
    return tuple(found)


def _box_width(node: Node) -> float:
    widest = max(text_width(node.label, NAME_SIZE), text_width(node.base or "", BASE_SIZE))
    return float(min(_WIDEST, round(widest + _PADDING)))


def _lines(
    layering: Layering, boxes: Sequence[Box], columns: Sequence[Column], centres: Mapping[Item, float]
) -> tuple[str, ...]:
    """A path for each way, its ends spread over the edges of the boxes."""
    leaving, arriving = _ports(layering.ways, boxes, centres)
    found = []
    for number, way in enumerate(layering.ways):
        start, end = way[0], way[-1]
        x = boxes[start.node].x + boxes[start.node].width
        y = leaving[number]
        path = f"M{x:g},{y:g}"
        for item in way[1:-1]:
            column, height = columns[item.column], centres[item]
            path += _curve(x, y, column.x, height) + f"H{column.x + column.width:g}"
            x, y = column.x + column.width, height
        found.append(path + _curve(x, y, boxes[end.node].x, arriving[number]))
    return tuple(found)


def _curve(x: float, y: float, to_x: float, to_y: float) -> str:
    """A piece of a path that leaves and arrives level."""
    if y == to_y and to_x > x:
        return f"H{to_x:g}"
    bend = max(24.0, abs(to_x - x) / 2)
    return f"C{x + bend:g},{y:g} {to_x - bend:g},{to_y:g} {to_x:g},{to_y:g}"


def _ports(
    ways: Sequence[Sequence[Item]], boxes: Sequence[Box], centres: Mapping[Item, float]
) -> tuple[Sequence[float], Sequence[float]]:
    """How far down each way leaves its source and arrives at its consumer."""
    kinds, comings = defaultdict[int, dict[str, list[int]]](dict), defaultdict[int, list[int]](list)
    for number, way in enumerate(ways):
        first = way[1].kind or str(number)  # a way of its own leaves where it likes
        kinds[way[0].node].setdefault(first, []).append(number)
        comings[way[-1].node].append(number)
    leaving, arriving = [0.0] * len(ways), [0.0] * len(ways)
    for node, by_kind in kinds.items():
        _spread(
            boxes[node], [(numbers, centres[ways[numbers[0]][1]]) for numbers in by_kind.values()], leaving
        )
    for node, numbers in comings.items():
        _spread(boxes[node], [([number], centres[ways[number][-2]]) for number in numbers], arriving)
    return leaving, arriving


def _spread(box: Box, groups: Sequence[tuple[Sequence[int], float]], found: list[float]) -> None:
    """Gives each group a place on a box's edge, in the order of where it comes from or goes to."""
    step = min(_PORT, (box.height - 2 * _PORT) / max(1, len(groups) - 1))
    first = box.y + box.height / 2 - step * (len(groups) - 1) / 2
    for place, (numbers, _) in enumerate(sorted(groups, key=lambda group: (group[1], group[0][0]))):
        for number in numbers:
            found[number] = round(first + step * place, 1)

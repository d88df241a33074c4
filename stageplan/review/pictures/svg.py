"""A scene as SVG: one column a wave, light and dark, no font or file of its own."""

from collections.abc import Iterator, Mapping

from stageplan.review.pictures.layout import Layout, layout
from stageplan.review.pictures.legend import Entry, legend
from stageplan.review.pictures.markup import element, text
from stageplan.review.pictures.scene import Scene
from stageplan.review.pictures.svg_parts import heads, link, node
from stageplan.review.pictures.svg_style import style
from stageplan.review.pictures.text_width import text_width

_MARGIN, _BAND_MARGIN = 28.0, 14.0
_HEAD, _WAVES, _ABOVE_LEGEND = 74.0, 30.0, 26.0
_TITLE_SIZE, _SUBTITLE_SIZE = 16.0, 12.0
_NARROWEST = 360.0
_HUES = 8


def svg(scene: Scene) -> str:
    """The picture as a file of its own, with a line end."""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{svg_element(scene)}'


def svg_element(scene: Scene, *, is_titled: bool = True) -> str:
    """The `svg` element alone, as a page holds it, with a line end.

    Args:
        is_titled: whether the title stands above the picture; a page has one of its own.
    """
    placed = layout(scene)
    hues = hues_of(scene)
    titles = max(text_width(scene.title, _TITLE_SIZE), text_width(scene.subtitle, _SUBTITLE_SIZE))
    inner = max(_NARROWEST, placed.width + 2 * _BAND_MARGIN, titles)
    below = legend(scene, hues, width=inner)
    left = _MARGIN + _BAND_MARGIN
    top = (_HEAD if is_titled else _MARGIN) + _WAVES + _BAND_MARGIN
    end = top + placed.height + _BAND_MARGIN + _ABOVE_LEGEND
    width, height = round(inner + 2 * _MARGIN), round(end + below.height + _MARGIN)
    picture = {
        "xmlns": "http://www.w3.org/2000/svg",
        "class": "sp",
        "role": "img",
        "width": width,
        "height": height,
        "viewBox": f"0 0 {width} {height}",
        "aria-label": f"{scene.title}: {scene.subtitle}",
    }
    lines = (
        f"\n<style>\n{style()}</style>",
        element("defs", {}, *heads(scene)),
        element("rect", {"class": "canvas", "width": width, "height": height}),
        *(_titles(scene) if is_titled else ()),
        _moved(left, top, "stages", *_drawn(scene, placed, hues)),
        _moved(_MARGIN, end, "legend", *map(_entry, below.entries)),
        "",
    )
    return element("svg", picture, "\n".join(lines)) + "\n"


def _titles(scene: Scene) -> Iterator[str]:
    yield element("text", {"class": "title", "x": _MARGIN, "y": 36}, text(scene.title))
    yield element("text", {"class": "subtitle", "x": _MARGIN, "y": 56}, text(scene.subtitle))


def hues_of(scene: Scene) -> Mapping[str, str]:
    """For each image that stages start from the class of its colour, in file order."""
    roots = dict.fromkeys(each.root for each in scene.nodes)
    return {root: f"root-{number}" if number < _HUES else "root-more" for number, root in enumerate(roots)}


def _drawn(scene: Scene, placed: Layout, hues: Mapping[str, str]) -> Iterator[str]:
    yield from _bands(scene, placed)
    lines = enumerate(zip(scene.links, placed.lines, strict=True))
    for number, (each, path) in sorted(lines, key=lambda line: line[1][0].is_needed):
        yield link(number, each, path)
    for number, (stage, box) in enumerate(zip(scene.nodes, placed.boxes, strict=True)):
        yield node(number, stage, box, hues[stage.root])


def _bands(scene: Scene, placed: Layout) -> Iterator[str]:
    """Behind every wave a band with its number and how many stages it builds side by side."""
    above, below = _WAVES + _BAND_MARGIN - 4, _BAND_MARGIN
    for number, (wave, column) in enumerate(zip(scene.waves, placed.columns, strict=True), start=1):
        needed = sum(scene.nodes[place].is_needed for place in wave)
        count = f"{needed} at once" if needed > 1 else "1 stage" if needed else "not needed"
        band = {
            "class": "band",
            "x": column.x - _BAND_MARGIN,
            "y": -above,
            "width": column.width + 2 * _BAND_MARGIN,
            "height": placed.height + above + below,
            "rx": 12,
        }
        words = f"WAVE {number}" + element("tspan", {"class": "count", "dx": 7}, count)
        yield element("rect", band)
        yield element("text", {"class": "wave", "x": column.x, "y": -_BAND_MARGIN - 6}, words)


def _moved(x: float, y: float, name: str, *content: str) -> str:
    """A group with its own origin."""
    place = {"class": name, "transform": f"translate({x:g} {y:g})"}
    return element("g", place, "\n", "\n".join(content), "\n")


def _entry(entry: Entry) -> str:
    if entry.kind == "root":
        stripe = {"class": f"root {entry.style}", "x": entry.x, "y": entry.y - 10, "width": 3.5, "rx": 1.75}
        name = {"class": "mono", "x": entry.x + 11, "y": entry.y}
        return element("rect", stripe | {"height": 13}) + element("text", name, text(entry.text))
    if entry.kind == "box":
        box = {"class": "card", "x": entry.x, "y": entry.y - 11, "width": 26, "height": 14, "rx": 4}
        sign = element("rect", box)
    else:
        sign = element("path", {"class": "line", "d": f"M{entry.x:g},{entry.y - 4:g}h26"})
    words = element("text", {"x": entry.x + 34, "y": entry.y}, text(entry.text))
    return element("g", {"class": entry.style}, sign, words)

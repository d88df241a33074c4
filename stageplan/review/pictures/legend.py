"""What the lines and colours of a picture mean, in rows that are no wider than the picture."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from stageplan.graph import DependencyKind
from stageplan.review.pictures.scene import Change, Scene
from stageplan.review.pictures.text_width import fitted, text_width

_ROW, _BETWEEN = 21.0, 24.0
_SIZE = 12.0
_ROOMS = {"line": 38.0, "box": 38.0, "root": 12.0}
_WORDS: Mapping[DependencyKind, str] = {
    "from": "starts from it",
    "copy": "copies from it",
    "mount": "mounts it",
    "onbuild": "takes by ONBUILD",
}

_CHANGES: Mapping[Change, str] = {"added": "new", "removed": "gone"}

Kind = Literal["line", "box", "root"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A sign and its words; the place is where its line of text begins."""

    kind: Kind
    style: str
    text: str
    x: float
    y: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Legend:
    """The entries and how much room they take."""

    entries: tuple[Entry, ...]
    height: float


def legend(scene: Scene, hues: Mapping[str, str], *, width: float) -> Legend:
    """What the picture needs explained: the kinds of lines in it, then the images that stages start from."""
    entries: list[Entry] = []
    y = 12.0
    for group in (_lines(scene), [("root", hue, root) for root, hue in hues.items()]):
        x = 0.0
        for kind, style, words in group:
            text = fitted(words, _SIZE, width - _ROOMS[kind])
            taken = _ROOMS[kind] + text_width(text, _SIZE)
            if x and x + taken > width:
                x, y = 0.0, y + _ROW
            entries.append(Entry(kind=kind, style=style, text=text, x=x, y=y))
            x += taken + _BETWEEN
        y += _ROW if group else 0.0
    return Legend(entries=tuple(entries), height=y - 12.0)


def _lines(scene: Scene) -> list[tuple[Kind, str, str]]:
    kinds = {link.kind for link in scene.links}
    found: list[tuple[Kind, str, str]] = [
        ("line", kind, words) for kind, words in _WORDS.items() if kind in kinds
    ]
    changes = {link.change for link in scene.links}
    found += [("line", f"link {change}", words) for change, words in _CHANGES.items() if change in changes]
    if not all(node.is_needed for node in scene.nodes):
        found.append(("box", "unreached", "not needed"))
    return found

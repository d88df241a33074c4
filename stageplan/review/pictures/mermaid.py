"""A scene as Mermaid, which GitHub and GitLab draw inside Markdown."""

from collections.abc import Iterator

from stageplan.graph import DependencyKind
from stageplan.review.pictures.scene import Change, Link, Node, Scene

ARROWS: dict[DependencyKind, str] = {"from": "==>", "copy": "-->", "mount": "-.->", "onbuild": "--o"}
_CLASSES = {
    "target": "stroke:#4f46e5,stroke-width:3px",
    "check": "stroke:#059669,stroke-width:2px",
    "unreached": "stroke-dasharray:4 4,opacity:0.55",
}
_CHANGES = {
    "added": "stroke:#16a34a,stroke-width:3px",
    "removed": "stroke:#dc2626,stroke-width:2px,stroke-dasharray:5 4",
    "changed": "stroke:#d97706,stroke-width:3px",
    "behind": "stroke:#d97706,stroke-dasharray:2 3",
}
_COLOURS: dict[DependencyKind, str] = {"copy": "#2563eb", "mount": "#9333ea", "onbuild": "#d97706"}
_CHANGED: dict[Change, str] = {"added": "#16a34a", "removed": "#dc2626"}
_MOST_LABELLED = 40  # more labels than that hide the picture
_LONGEST_PATH = 28


def mermaid(scene: Scene, *, is_labelled: bool = True) -> str:
    """The flowchart, with a line end; a thick arrow is a FROM, a thin one a COPY, a dotted one a mount.

    Args:
        is_labelled: whether arrows name the paths that are taken, where there are not too many arrows for it.
    """
    labelled = is_labelled and len(scene.links) <= _MOST_LABELLED
    lines = [
        f"%% {comment(scene.title)}: {comment(scene.subtitle)}",
        "flowchart LR",
        *(f"  {_node(place, node)}" for place, node in enumerate(scene.nodes)),
        *(f"  {_link(link, labelled=labelled)}" for link in scene.links),
        *(f"  {line}" for line in _classes(scene)),
        *(f"  {line}" for line in _link_styles(scene)),
    ]
    return "\n".join(lines) + "\n"


def escaped(text: str) -> str:
    """The text as it may stand between double quotes."""
    special = {
        "#": "#35;",
        '"': "#quot;",
        "<": "#lt;",
        ">": "#gt;",
        "&": "#amp;",
        "`": "#96;",
        "\\": "#92;",
    }
    return "".join(special.get(letter, letter if letter.isprintable() else "?") for letter in text)


def comment(text: str) -> str:
    """The text as it may stand in a comment: no line end, no directive."""
    return "".join(letter if letter.isprintable() else "?" for letter in text).replace("{", "(")


def shortened(text: str, longest: int) -> str:
    """The text, its middle left out where it is longer."""
    if len(text) <= longest:
        return text
    end = (longest - 1) // 2
    return f"{text[: longest - 1 - end]}…{text[-end:]}"


def _node(place: int, node: Node) -> str:
    base = f"<br/>{escaped(shortened(node.base, 48))}" if node.base else ""
    return f's{place}["{escaped(node.label)}{base}"]'


def _link(link: Link, *, labelled: bool) -> str:
    paths = link.paths if labelled else ()
    rest = f" +{len(paths) - 1}" if len(paths) > 1 else ""
    label = f'|"{escaped(shortened(paths[0], _LONGEST_PATH))}{rest}"|' if paths else ""
    return f"s{link.source} {ARROWS[link.kind]}{label} s{link.consumer}"


def _classes(scene: Scene) -> Iterator[str]:
    """How stages are drawn that are not like the others; a change is told before a role."""
    for name, style in (_CLASSES | _CHANGES).items():
        members = [
            f"s{place}"
            for place, node in enumerate(scene.nodes)
            if name == (node.role if node.change == "same" else node.change)
        ]
        if members:
            yield f"classDef {name} {style}"
            yield f"class {','.join(members)} {name}"


def _link_styles(scene: Scene) -> Iterator[str]:
    by_colour: dict[str, list[str]] = {}
    for place, link in enumerate(scene.links):
        colour = _CHANGED.get(link.change) or _COLOURS.get(link.kind)
        if colour:
            by_colour.setdefault(colour, []).append(str(place))
    for colour, members in by_colour.items():
        yield f"linkStyle {','.join(members)} stroke:{colour}"

"""A scene as Mermaid, which GitHub and GitLab draw inside Markdown."""

from collections.abc import Iterator

from stageplan.graph import DependencyKind
from stageplan.review.pictures.scene import Link, Node, Scene

ARROWS: dict[DependencyKind, str] = {"from": "==>", "copy": "-->", "mount": "-.->", "onbuild": "--o"}
_CLASSES = {
    "target": "stroke:#4f46e5,stroke-width:3px",
    "check": "stroke:#059669,stroke-width:2px",
    "unreached": "stroke-dasharray:4 4,opacity:0.55",
}
_COLOURS: dict[DependencyKind, str] = {"copy": "#2563eb", "mount": "#9333ea", "onbuild": "#d97706"}
_MOST_LABELLED = 40  # more labels than that hide the picture
_LONGEST_PATH = 28


def mermaid(scene: Scene) -> str:
    """The flowchart, with a line end; a thick arrow is a FROM, a thin one a COPY, a dotted one a mount."""
    labelled = len(scene.links) <= _MOST_LABELLED
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
    for role, style in _CLASSES.items():
        members = [f"s{place}" for place, node in enumerate(scene.nodes) if node.role == role]
        if members:
            yield f"classDef {role} {style}"
            yield f"class {','.join(members)} {role}"


def _link_styles(scene: Scene) -> Iterator[str]:
    for kind, colour in _COLOURS.items():
        members = [str(place) for place, link in enumerate(scene.links) if link.kind == kind]
        if members:
            yield f"linkStyle {','.join(members)} stroke:{colour}"

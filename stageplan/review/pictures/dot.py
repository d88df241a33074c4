"""A scene as DOT, which Graphviz draws."""

from collections.abc import Iterator, Mapping

from stageplan.graph import DependencyKind
from stageplan.review.pictures.scene import Link, Node, Role, Scene

_NODES: Mapping[Role, str] = {
    "target": 'penwidth=2.4, color="#4f46e5", fillcolor="#eef2ff"',
    "check": 'penwidth=1.8, color="#059669"',
    "needed": "",
    "unreached": 'style="rounded,dashed", color="#94a3b8", fontcolor="#94a3b8"',
}
_LINKS: Mapping[DependencyKind, str] = {
    "from": 'penwidth=2.2, color="#475569"',
    "copy": 'color="#2563eb"',
    "mount": 'style=dashed, color="#9333ea"',
    "onbuild": 'style=dotted, penwidth=1.8, color="#d97706"',
}


def dot(scene: Scene) -> str:
    """The digraph, with a line end; stages of one wave stand in one column."""
    lines = [
        "digraph stages {",
        "  rankdir=LR;",
        f"  label={quoted(f'{scene.title}: {scene.subtitle}')};",
        '  node [shape=box, style="rounded,filled", fillcolor=white, color="#64748b", fontname="Helvetica"];',
        '  edge [arrowsize=0.7, fontname="Helvetica"];',
        *(f"  {_node(place, node)}" for place, node in enumerate(scene.nodes)),
        *(f"  {line}" for line in _columns(scene)),
        *(f"  {_link(link)}" for link in scene.links),
        "}",
    ]
    return "\n".join(lines) + "\n"


def quoted(text: str) -> str:
    """A string of DOT in which nothing has a meaning of its own."""
    plain = "".join(letter if letter.isprintable() or letter == "\n" else "?" for letter in text)
    for letter, written in (("\\", "\\\\"), ('"', '\\"'), ("&", "&amp;"), ("\n", "\\n")):
        plain = plain.replace(letter, written)
    return f'"{plain}"'


def _node(place: int, node: Node) -> str:
    label = quoted(f"{node.label}\n{node.base}" if node.base else node.label)
    style = _NODES[node.role]
    more = f", {style}" if style else ""
    return f"s{place} [label={label}, tooltip={quoted('; '.join(node.facts))}{more}];"


def _columns(scene: Scene) -> Iterator[str]:
    for wave in scene.waves:
        members = " ".join(f"s{place};" for place in wave)
        yield f"{{ rank=same; {members} }}"


def _link(link: Link) -> str:
    words = f"{link.kind}: {', '.join(link.paths)}" if link.paths else link.kind
    return f"s{link.source} -> s{link.consumer} [{_LINKS[link.kind]}, tooltip={quoted(words)}];"

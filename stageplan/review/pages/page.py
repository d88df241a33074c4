"""A page: the picture, a card for each stage, and what else there is to show."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from stageplan import __version__
from stageplan.review.pages.stage_card import StageCard
from stageplan.review.pictures.scene import Scene
from stageplan.review.pictures.svg import hues_of, svg_element
from stageplan.review.pictures.svg_style import colours


@dataclass(frozen=True, slots=True, kw_only=True)
class Pane:
    """A further view beside the picture.

    Attributes:
        name: for its address in the page.
        title: on its tab.
        body: its markup.
    """

    name: str
    title: str
    body: Markup


def page_html(scene: Scene, cards: Sequence[StageCard], panes: Sequence[Pane] = ()) -> str:
    """The whole page as one file that asks nobody for anything, with a line end.

    Args:
        scene: what the picture shows.
        cards: one for each node, in their order.
        panes: what else there is.
    """
    return render(
        "page.html.j2",
        version=__version__,
        scene=scene,
        picture=Markup(svg_element(scene, is_titled=False)),  # noqa: S704 - its writer escapes
        colours=Markup(colours()),  # noqa: S704 - our own table
        hues=hues_of(scene),
        cards=cards,
        panes=panes,
    )


def render(template: str, **values: object) -> str:
    """A template with these values; what is no markup is escaped."""
    return _environment().get_template(template).render(**values)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("stageplan.review.pages", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["clean"] = _clean
    return environment


def _clean(text: str) -> str:
    """The text without what HTML cannot hold."""
    return "".join(letter if letter.isprintable() or letter in "\n\t" else "?" for letter in text)

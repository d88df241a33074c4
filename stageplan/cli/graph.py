"""`stageplan graph`."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stageplan.cli.options import check_option, context_argument, graph_options, offline_option, output_option

if TYPE_CHECKING:
    from stageplan.cli.request import Request
    from stageplan.graph import StageGraph
    from stageplan.review.pictures.scene import Scene


@click.command("graph", short_help="the stages, and what each needs")
@context_argument
@graph_options
@check_option
@offline_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["tree", "json", "mermaid", "dot", "svg", "html"]),
    default="tree",
    show_default=True,
    help="How it is written.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@output_option
def command(context: str, offline: bool, form: str, as_json: bool, output: Path | None, **given: Any) -> None:
    """Show the stages of a Dockerfile as BuildKit sees them, and what each needs.

    What base images bring along, ONBUILD and ENV, is asked for two seconds at most, unless --offline.

    \b
    stageplan graph
    stageplan graph -f docker/Dockerfile --target api --build-arg VARIANT=slim
    stageplan graph --format json | jq '.edges[]'
    stageplan graph --format svg -o stages.svg
    stageplan graph --format html --check test -o stages.html
    """
    from stageplan.cli.output import write
    from stageplan.cli.planning import AT_A_GLANCE, read_graph
    from stageplan.cli.request import read_request

    request = read_request(context, given)
    graph = read_graph(request, seconds=None if offline else AT_A_GLANCE)
    write(_written("json" if as_json else form, request, graph), output)


def _written(form: str, request: "Request", graph: "StageGraph") -> bytes:
    """The graph in one of the formats, each imported where it is asked for."""
    match form:
        case "json":
            from stageplan.review.graph_json import graph_json

            return graph_json(graph, *_asked(request, graph))
        case "mermaid":
            from stageplan.review.pictures.mermaid import mermaid

            text = mermaid(_scene(request, graph))
        case "dot":
            from stageplan.review.pictures.dot import dot

            text = dot(_scene(request, graph))
        case "svg":
            from stageplan.review.pictures.svg import svg

            text = svg(_scene(request, graph))
        case "html":
            from stageplan.review.pages.page import page_html
            from stageplan.review.pages.stage_card import stage_cards

            scene = _scene(request, graph)
            text = page_html(scene, stage_cards(graph, scene))
        case _:
            from stageplan.review.tree import tree

            text = tree(graph, *_asked(request, graph))
    return text.encode(errors="replace")


def _scene(request: "Request", graph: "StageGraph") -> "Scene":
    from stageplan.review.pictures.scene import scene_of

    return scene_of(graph, *_asked(request, graph))


def _asked(request: "Request", graph: "StageGraph") -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The stages to publish, and those that are only run for their result."""
    targets = tuple(graph.find(name).index for name in request.chosen("targets"))
    checks = tuple(graph.find(name).index for name in request.chosen("checks"))
    return targets, checks

"""`stageplan graph`."""

from pathlib import Path
from typing import Any

import click

from stageplan.cli.options import context_argument, graph_options, output_option


@click.command("graph", short_help="the stages, and what each needs")
@context_argument
@graph_options
@click.option(
    "--format",
    "form",
    type=click.Choice(["tree", "json"]),
    default="tree",
    show_default=True,
    help="How it is written.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@output_option
def command(context: str, form: str, as_json: bool, output: Path | None, **given: Any) -> None:
    """Show the stages of a Dockerfile as BuildKit sees them, and what each needs.

    \b
    stageplan graph
    stageplan graph -f docker/Dockerfile --target api --build-arg VARIANT=slim
    stageplan graph --format json | jq '.edges[]'
    """
    from stageplan.cli.output import write
    from stageplan.cli.planning import read_graph
    from stageplan.cli.request import read_request
    from stageplan.review.graph_json import graph_json
    from stageplan.review.tree import tree

    _, graph = read_graph(read_request(context, given))
    data = graph_json(graph) if as_json or form == "json" else tree(graph).encode()
    write(data, output)

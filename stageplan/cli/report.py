"""`stageplan report`."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stageplan.cli.options import check_option, graph_options, output_option, plan_or_context_argument

if TYPE_CHECKING:
    from stageplan.cli.request import Request
    from stageplan.cli.sides import Asked
    from stageplan.keys.model import StageKey
    from stageplan.review.diff.side import Side
    from stageplan.review.pages.report import Changed
    from stageplan.run.report import Report

_SHORT = 12


@click.command("report", short_help="one HTML page: graph, run, changes")
@plan_or_context_argument
@graph_options
@check_option
@click.option(
    "--run",
    "run",
    type=click.Path(path_type=Path),
    metavar="REPORT.json",
    help="What stageplan run --report wrote; shown as a timeline.",
)
@click.option("--against", metavar="OLD", help="A Dockerfile, a plan or a revision to compare with.")
@output_option
def command(
    context: str, *, run: Path | None, against: str | None, output: Path | None, **given: Any
) -> None:
    """Write a page that shows the stages, a run of them and what a change does; it needs no network.

    \b
    stageplan report -o stages.html
    stageplan report --run report.json -o run.html
    stageplan report plan.json --against main --run report.json -o page.html
    """
    from stageplan.cli.output import write
    from stageplan.cli.planning import native_platform
    from stageplan.cli.reports import read_report, run_view
    from stageplan.cli.request import read_request
    from stageplan.cli.sides import asked_of, check_names
    from stageplan.review.pages.report import report_page

    request = read_request(_context_of(context), given)
    asked = asked_of(request, platform=native_platform())
    side, keys = _side(context, request, asked)
    report = read_report(run) if run else None
    changed = _changed(against, side, request, asked, report) if against else None
    check_names(asked, (side, changed.old) if changed else (side,))
    page = report_page(
        side,
        facts=_facts(keys),
        inputs=_inputs(keys),
        run=run_view(report) if report else None,
        changed=changed,
    )
    write(page.encode(errors="replace"), output)


def _context_of(word: str) -> str:
    """The build context; that of a plan stands in the plan."""
    from stageplan.cli.planning import is_plan_file

    return "." if is_plan_file(word) else word


def _side(word: str, request: "Request", asked: "Asked") -> "tuple[Side, Sequence[StageKey]]":
    """What the page is of, and the keys of its stages as far as they are known without asking anybody."""
    from stageplan.cli.keys import request_keys
    from stageplan.cli.plan_sides import side_of_plan
    from stageplan.cli.planning import is_plan_file, native_platform
    from stageplan.cli.sides import side_of_file
    from stageplan.errors import StageplanError

    if is_plan_file(word):
        return side_of_plan(Path(word)), ()
    side = side_of_file(request.dockerfile, Path(word), asked)
    try:
        names = [name for index in side.built if (name := side.graph.stages[index].name)]
        keys = request_keys(request, platform=native_platform(), offline=True, also=names).keys
    except StageplanError:  # a file that a stage reads may not be here; the graph is there all the same
        keys = ()
    return side, keys


def _changed(
    against: str, side: "Side", request: "Request", asked: "Asked", report: "Report | None"
) -> "Changed":
    from stageplan.cli.named_sides import side_of_word
    from stageplan.cli.reports import measured
    from stageplan.review.diff.compare import compare
    from stageplan.review.diff.cost import with_costs
    from stageplan.review.pages.report import Changed

    old = side_of_word(against, request, asked, context=None)
    difference = compare(old, side)
    if report:
        difference = with_costs(difference, measured(report))
    return Changed(difference=difference, old=old)


def _facts(keys: "Sequence[StageKey]") -> Mapping[int, Sequence[tuple[str, str]]]:
    """The key of each stage, or why it has none."""
    return {
        key.index: [("Key", key.digest[:_SHORT] if key.digest else f"none: {key.unkeyed}")]
        for key in keys
        if key.inputs
    }


def _inputs(keys: "Sequence[StageKey]") -> Mapping[int, tuple[tuple[str, str, str], ...]]:
    return {
        key.index: tuple((item.kind, item.name, item.unknown or item.value) for item in key.inputs)
        for key in keys
    }

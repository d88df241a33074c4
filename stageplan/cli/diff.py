"""`stageplan diff`."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stageplan.cli.options import check_option, graph_options, json_option, output_option

if TYPE_CHECKING:
    from stageplan.review.diff.changes import Difference
    from stageplan.review.diff.side import Side

_EXIT_DIFFERS = 1


@click.command("diff", short_help="what a change does to the stages, and what it costs")
@click.argument("old", default="", metavar="[OLD")
@click.argument("new", default="", metavar="[NEW]]")
@click.option(
    "--context",
    metavar="DIR",
    help="The build context.  [default: where the Dockerfile is, or the current folder]",
)
@graph_options
@check_option
@click.option(
    "--report",
    "report",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The report of an earlier run, for seconds and megabytes.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "markdown", "json", "html", "svg"]),
    default="text",
    show_default=True,
    help="How it is written.",
)
@json_option
@click.option("--exit-code", "exits", is_flag=True, help="Exit with 1 where anything differs.")
@click.option(
    "--fail-on",
    "rules",
    multiple=True,
    metavar="RULE",
    help="Exit with 1 where it finds: unreached, image, removed, renamed, targets, waves, runs; repeatable.",
)
@output_option
def command(
    old: str,
    new: str,
    *,
    context: str | None,
    report: Path | None,
    form: str,
    as_json: bool,
    exits: bool,
    rules: tuple[str, ...],
    output: Path | None,
    **given: Any,
) -> None:
    """Compare the stages of two Dockerfiles, two git revisions or two plans.

    Without OLD and NEW it compares the working tree with where its branch left the default branch. OLD and
    NEW are Dockerfiles, folders with one, plans, or revisions; OLD alone is compared with the working tree,
    and OLD..NEW names two revisions. It asks no registry and no engine, so that it says the same everywhere:
    images count by their names and pinned digests, the platform is linux/amd64 where none is named.

    \b
    stageplan diff
    stageplan diff main..HEAD --format markdown -o comment.md
    stageplan diff Dockerfile.before Dockerfile --fail-on unreached
    stageplan diff plan.json new-plan.json --report report.json
    """
    from stageplan.cli.named_sides import named_sides
    from stageplan.cli.output import say, write
    from stageplan.cli.reports import measured, read_report
    from stageplan.cli.request import read_request
    from stageplan.cli.sides import asked_of, check_names
    from stageplan.review.diff.compare import compare
    from stageplan.review.diff.cost import with_costs
    from stageplan.review.diff.rules import broken

    _check_rules(rules)
    request = read_request(context or ".", given)
    asked = asked_of(request)
    before, after = named_sides(old, new, request, asked, context=Path(context) if context else None)
    check_names(asked, (before, after))
    difference = compare(before, after)
    if report is not None:
        difference = with_costs(difference, measured(read_report(report)))
    write(_written("json" if as_json else form, difference, before, after), output)
    found = broken(difference, rules)
    for words in found:
        say(words)
    if found or (exits and difference.differs):
        click.get_current_context().exit(_EXIT_DIFFERS)


def _written(form: str, difference: "Difference", before: "Side", after: "Side") -> bytes:
    """The difference in one of the formats, each imported where it is asked for."""
    match form:
        case "json":
            from stageplan.review.diff.document import difference_json

            return difference_json(difference)
        case "markdown":
            from stageplan.review.diff.markdown import difference_markdown
            from stageplan.review.diff.picture import difference_scene

            text = difference_markdown(difference, difference_scene(difference, before, after))
        case "html":
            from stageplan.review.pages.difference import difference_page

            text = difference_page(difference, before, after)
        case "svg":
            from stageplan.review.diff.picture import difference_scene
            from stageplan.review.pictures.svg import svg

            text = svg(difference_scene(difference, before, after))
        case _:
            from stageplan.review.diff.text import difference_text

            text = difference_text(difference)
    return text.encode(errors="replace")


def _check_rules(names: tuple[str, ...]) -> None:
    """Nothing, where every name is a rule's.

    Raises:
        UsageError: there is no such rule.
    """
    from stageplan.errors import UsageError, did_you_mean
    from stageplan.review.diff.rules import RULES

    for name in names:
        if name not in RULES:
            hint = did_you_mean(name, RULES) or f"the rules are {', '.join(RULES)}"
            raise UsageError("unknown-check", f"there is no rule '{name}'", hint=hint)

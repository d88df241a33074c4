"""`stageplan check`."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stageplan.cli.options import check_option, context_argument, graph_options, offline_option, output_option

if TYPE_CHECKING:
    from stageplan.cli.request import Request
    from stageplan.graph import StageGraph

_EXIT_WARNINGS = 1


@click.command("check", short_help="warnings that matter for stages and caches")
@context_argument
@graph_options
@check_option
@offline_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "sarif"]),
    default="text",
    show_default=True,
    help="How it is written.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--ignore", "ignored", multiple=True, metavar="RULE", help="Leave a rule out; repeatable.")
@click.option("--exit-code", "exits", is_flag=True, help="Exit with 1 where there are warnings.")
@output_option
def command(
    context: str,
    *,
    offline: bool,
    form: str,
    as_json: bool,
    ignored: tuple[str, ...],
    exits: bool,
    output: Path | None,
    **given: Any,
) -> None:
    """Warn of what the build accepts and what costs time: stages nobody needs, steps that run too often.

    \b
    stageplan check
    stageplan check --exit-code --ignore link-safe
    stageplan check --format sarif -o check.sarif
    """
    from stageplan.cli.output import say, write
    from stageplan.cli.planning import AT_A_GLANCE, read_graph
    from stageplan.cli.request import read_request
    from stageplan.review.check_document import findings_json, findings_text, summary
    from stageplan.review.checks.finding import Subject
    from stageplan.review.checks.rules import check
    from stageplan.review.sarif import findings_sarif

    rules = _known_rules(ignored)
    request = read_request(context, given)
    graph = read_graph(request, seconds=None if offline else AT_A_GLANCE)
    findings = check(Subject(graph=graph, targets=_targets(request, graph)), rules)
    match "json" if as_json else form:
        case "json":
            data = findings_json(findings)
        case "sarif":
            data = findings_sarif(findings)
        case _:
            data = findings_text(findings, graph.dockerfile.text).encode(errors="replace")
    write(data, output)
    say(summary(findings))
    if exits and any(finding.severity == "warning" for finding in findings):
        click.get_current_context().exit(_EXIT_WARNINGS)


def _targets(request: "Request", graph: "StageGraph") -> tuple[int, ...]:
    """The stages that the user builds: targets, or the last stage, and checks."""
    targets = tuple(graph.find(name).index for name in request.chosen("targets"))
    checks = tuple(graph.find(name).index for name in request.chosen("checks"))
    return tuple(dict.fromkeys((*(targets or (graph.target,)), *checks)))


def _known_rules(names: tuple[str, ...]) -> frozenset[str]:
    """The names, once each of them is a rule's.

    Raises:
        UsageError: there is no such rule.
    """
    from stageplan.errors import UsageError, did_you_mean
    from stageplan.review.checks.rules import RULES

    known = tuple(rule.name for rule in RULES)
    for name in names:
        if name not in known:
            hint = did_you_mean(name, known) or f"the rules are {', '.join(known)}"
            raise UsageError("unknown-check", f"there is no rule '{name}'", hint=hint)
    return frozenset(names)

"""`stageplan prune`."""

from typing import Any

import click

from stageplan.cli.options import check_option, context_argument, graph_options, json_option


@click.command("prune", short_help="retention of what stageplan pushed")
@context_argument
@click.option(
    "--image", multiple=True, metavar="REPO", help="Repository of an image; repeatable, {target} in it."
)
@click.option(
    "--cache-image",
    multiple=True,
    metavar="REPO",
    help="Repository of the caches; repeatable.  [default: <image>-cache]",
)
@click.option("--gone", is_flag=True, help="Scopes go whose branch or tag no longer exists at the remote.")
@click.option(
    "--remote",
    default="origin",
    metavar="NAME",
    help="The git remote that has the branches.  [default: origin]",
)
@click.option("--scope", "scopes", multiple=True, metavar="NAME", help="This scope goes; repeatable.")
@click.option("--older-than", metavar="AGE", help="Caches go that are older than 12h, 30d or 8w.")
@click.option(
    "--keep", type=click.IntRange(min=1), metavar="N", help="Of each stage, N refs stay, the newest."
)
@click.option("--max-size", metavar="SIZE", help="The oldest go until the rest takes no more than 20GB.")
@click.option(
    "--keep-scope",
    "kept_scopes",
    multiple=True,
    metavar="NAME",
    help="A scope that stays, or release-*; repeatable. The default branch stays anyway.",
)
@click.option(
    "--keep-plan",
    "plans",
    multiple=True,
    metavar="PLAN.json",
    help="What this plan names stays; repeatable.",
)
@click.option(
    "--grace", default="1h", metavar="AGE", help="What is younger stays: a build may be at it.  [default: 1h]"
)
@graph_options
@check_option
@click.option("--yes", "--delete", "sure", is_flag=True, help="Delete. Without it, only say what would go.")
@json_option
def command(context: str, plans: tuple[str, ...], sure: bool, as_json: bool, **given: Any) -> None:
    """Say which caches and images of stageplan's can go, and with --yes delete them.

    Each rule is a limit, and what is beyond any of them goes. Never what the default branch, a tag that
    stays, a plan or a build of this checkout needs; never a tag that is not of stageplan's making.

    \b
    stageplan prune --image registry.example.com/app --gone --older-than 30d
    stageplan prune --image registry.example.com/app --scope feature/x --yes
    stageplan prune --image registry.example.com/app --max-size 20GB --keep-plan plan.json --yes
    """
    from stageplan.cli.output import say, write
    from stageplan.cli.prune_kept import with_checkout, with_named
    from stageplan.cli.prune_rules import repositories_of, rules_of
    from stageplan.cli.prune_table import table_of
    from stageplan.cli.request import read_request
    from stageplan.retention.document import encode_verdict
    from stageplan.retention.facts import Tagged
    from stageplan.retention.verdict import decide
    from stageplan.system.registry import Registry
    from stageplan.system.registry_inventory import read_inventory
    from stageplan.system.registry_sweep import Sweep

    request = read_request(context, given)
    repositories = repositories_of(request)
    rules = with_named(rules_of(request), plans, repositories)
    registry = Registry()
    facts = read_inventory(registry, repositories)
    verdict = decide(facts, with_checkout(rules, request, facts))
    if not as_json:
        write(table_of(verdict).encode(), None)
    swept = None
    if sure:
        swept = Sweep(registry, facts, verdict, done=lambda tagged: say(f"deleted {tagged.ref}")).run()
        for what, why in swept.skipped.items():
            say(f"kept {what.ref if isinstance(what, Tagged) else what.digest}: {why}")
    elif not as_json and any(fate.goes for fate in verdict.fates):
        say("nothing is deleted without --yes")
    if as_json:
        write(encode_verdict(repositories, verdict, swept.skipped if swept else None), None)

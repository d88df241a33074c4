"""`stageplan explain`."""

from typing import TYPE_CHECKING, Any

import click

from stageplan.cli.options import cache_image_option, check_option, graph_options, json_option, offline_option

if TYPE_CHECKING:
    from stageplan.cli.request import Request
    from stageplan.plan.facts import EngineFacts


@click.command("explain", short_help="what a stage's key is made of, and what changed it")
@click.argument("stage", metavar="STAGE")
@click.argument("context", default=".", metavar="[CONTEXT]")
@graph_options
@check_option
@click.option(
    "--against",
    metavar="REVISION | IMAGE | PLAN.json",
    help="Say what changed since a git revision, a published image, or the making of a plan.",
)
@cache_image_option
@offline_option
@json_option
def command(
    stage: str, context: str, against: str | None, offline: bool, as_json: bool, **given: Any
) -> None:
    """Show what the key of a stage is made of: all that decides what the stage contains.

    Two builds with the same key give the same stage. With --against, show which inputs changed and which
    stages that reaches.

    \b
    stageplan explain api
    stageplan explain api --against main
    stageplan explain api --against registry.example.com/app:main
    stageplan explain api --against plan.json --json
    """
    from functools import partial

    from stageplan.cli.changes import changes_since
    from stageplan.cli.keys import image_source, moved_warnings, request_keys
    from stageplan.cli.output import say, write
    from stageplan.cli.planning import native_platform
    from stageplan.cli.request import read_request
    from stageplan.review.explanation import encode, explanation_json, explanation_text
    from stageplan.system.registry import Registry

    request = read_request(context, given)
    engine = _engine(request, offline=offline)
    platform, mirrors = native_platform(engine), engine.mirrors
    keyed = request_keys(request, platform=platform, offline=offline, mirrors=mirrors, also=(stage,))
    for warning in moved_warnings(keyed.images.moved):
        say(f"warning: {warning}")
    asked = keyed.targets[-1]
    document = explanation_json(keyed.graph.stages[asked], keyed.keys[asked])
    text = explanation_text(keyed.graph.stages[asked], keyed.keys[asked])
    if against is not None:
        images = partial(image_source, offline=offline, mirrors=mirrors)
        registry = None if offline else Registry()
        with changes_since(
            against, request, keyed, platform=platform, images=images, registry=registry
        ) as changes:
            document |= {"changes": changes.document()}
            text = changes.text()
    write(encode(document) if as_json else text.encode(errors="replace"), None)


def _engine(request: "Request", *, offline: bool) -> "EngineFacts":
    """The engine, asked as for a plan: the keys must be the plan's."""
    if offline:
        from stageplan.cli.planning import NOT_ASKED

        return NOT_ASKED
    from stageplan.system.engine import engine_facts

    return engine_facts(request.chosen("builder"))

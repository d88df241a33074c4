"""`stageplan plan`."""

from pathlib import Path
from typing import Any

import click

from stageplan.cli.options import (
    json_option,
    offline_option,
    output_option,
    pin_option,
    plan_options,
    planned_argument,
    stage_option,
)


@click.command("plan", short_help="what would be done, and why")
@planned_argument
@plan_options
@stage_option
@offline_option
@pin_option
@json_option
@output_option
def command(context: str, offline: bool, pin: bool, as_json: bool, output: Path | None, **given: Any) -> None:
    """Plan one build per stage, each with its cache source, its cache export and its push.

    With -o the plan is written as JSON, for `stageplan script` and `stageplan run`.

    \b
    stageplan plan --image registry.example.com/app
    stageplan plan --image registry.example.com/app -o plan.json && stageplan run plan.json
    stageplan plan compose.yaml
    """
    from stageplan.cli.output import say, write
    from stageplan.cli.services import names_services

    if names_services(context):
        from stageplan.cli.plan_services import plan_services

        plan_services(context, given, offline=offline, pin=pin, as_json=as_json, output=output)
        return
    from stageplan.cli.planning import ask_sources, plan_of
    from stageplan.plan.document import encode_plan
    from stageplan.render.text import render_text

    if pin:
        from stageplan.cli.pin import pin_images

        say(pin_images(context, given, offline=offline))
    plan = plan_of(context, given, offline=offline)
    if not offline:
        plan = ask_sources(plan)
    if as_json or output is not None:
        write(encode_plan(plan), output)
    else:
        write(render_text(plan).encode(), None)
    if output is not None and str(output) != "-":
        say(f"wrote {output}; carry it out with: stageplan run {output}")

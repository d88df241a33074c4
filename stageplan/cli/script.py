"""`stageplan script`."""

from pathlib import Path
from typing import Any

import click

from stageplan.cli.options import (
    offline_option,
    output_option,
    plan_options,
    plan_or_context_argument,
    stage_option,
)


@click.command("script", short_help="the plan as a script that needs nothing but docker")
@plan_or_context_argument
@plan_options
@stage_option
@offline_option
@output_option
def command(context: str, offline: bool, output: Path | None, **given: Any) -> None:
    """Write the plan as a POSIX sh script that needs nothing but docker.

    The script asks by itself which cache exists, so it can be committed and used for any branch:
    STAGEPLAN_IMAGE, STAGEPLAN_SCOPE, STAGEPLAN_FALLBACK_SCOPES and STAGEPLAN_READ_ONLY change what
    was planned.

    \b
    stageplan script --image registry.example.com/app -o build.sh
    STAGEPLAN_SCOPE=$BRANCH STAGEPLAN_FALLBACK_SCOPES=main ./build.sh
    """
    from stageplan import __version__
    from stageplan.cli.output import write
    from stageplan.cli.planning import plan_of
    from stageplan.render.shell import render_shell

    text = render_shell(plan_of(context, given, offline=offline), version=__version__)
    write(text.encode("utf-8", "surrogateescape"), output, executable=True)

"""`stageplan script`."""

from pathlib import Path
from typing import Any

import click

from stageplan.cli.jobs import JobOptions, job_options, make_job_file, refuse_job_options
from stageplan.cli.options import (
    offline_option,
    output_option,
    plan_options,
    plan_or_context_argument,
    stage_option,
)
from stageplan.render.formats import FORMATS, format_for
from stageplan.render.jobs.systems import JOB_SYSTEMS

_SUMMARIES = {name: form.summary for name, form in FORMATS.items()} | {
    name: system.summary for name, system in JOB_SYSTEMS.items()
}


@click.command("script", short_help="the plan as a script that needs nothing but docker")
@plan_or_context_argument
@plan_options
@stage_option
@click.option(
    "--format",
    "format_name",
    type=click.Choice(tuple(_SUMMARIES)),
    help="What to write: "
    + ", ".join(f"{name} ({summary})" for name, summary in _SUMMARIES.items())
    + ".  [default: by the name of FILE, else sh]",
)
@job_options
@offline_option
@output_option
def command(context: str, format_name: str | None, offline: bool, output: Path | None, **given: Any) -> None:
    """Write the plan as a POSIX sh script that needs nothing but docker, or as a file for another tool.

    The script asks by itself which cache exists, so it can be committed and used for any branch:
    STAGEPLAN_IMAGE, STAGEPLAN_SCOPE, STAGEPLAN_FALLBACK_SCOPES and STAGEPLAN_READ_ONLY change what
    was planned. A file for a CI system has a job for each stage, with the strategy keyed.

    \b
    stageplan script --image registry.example.com/app -o build.sh
    STAGEPLAN_SCOPE=$BRANCH STAGEPLAN_FALLBACK_SCOPES=main ./build.sh
    stageplan script --image registry.example.com/app -o docker-bake.json
    stageplan script compose.yaml -o build.sh
    stageplan script --image ghcr.io/me/app --format github -o .github/workflows/image.yml
    stageplan script --image ghcr.io/me/app --format github --verify .github/workflows/image.yml
    """
    from stageplan import __version__
    from stageplan.cli.output import write
    from stageplan.cli.planning import ask_sources, plan_of
    from stageplan.cli.services import names_services

    jobs = JobOptions(**{name: given.pop(name) for name in JobOptions.__dataclass_fields__})
    name = format_name or format_for(None if output is None else output.name)
    if names_services(context):
        from stageplan.cli.plan_services import script_services

        refuse_job_options(jobs, name)
        script_services(context, given, name, offline=offline, output=output)
        return
    if name in JOB_SYSTEMS:
        make_job_file(click.get_current_context(), name, given, jobs, output)
        return
    refuse_job_options(jobs, name)
    form = FORMATS[name]
    plan = plan_of(context, given, offline=offline)
    if form.asks and not offline:
        plan = ask_sources(plan)
    text = form.render(plan, __version__)
    write(text.encode("utf-8", "surrogateescape"), output, executable=form.executable)

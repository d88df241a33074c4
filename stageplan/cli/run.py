"""`stageplan run`."""

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import click
from msgspec.structs import replace

from stageplan.cli.options import json_option, plan_options, plan_or_context_argument, stage_option
from stageplan.plan.model import Build, MoveTags, Plan, Push, Restore, Save, StageDecision, Step
from stageplan.run.ports import Ports
from stageplan.run.report import Report
from stageplan.run.session import OnEvent

_DIFFERENT = 1


@click.command("run", short_help="do it, with live progress")
@plan_or_context_argument
@plan_options
@stage_option
@click.option(
    "-j",
    "--jobs",
    type=click.IntRange(min=1),
    default=4,
    show_default=True,
    help="Steps at once. Builds that come to the same stage never run side by side.",
)
@click.option("--dry-run", is_flag=True, help="Print the commands, and run none.")
@click.option(
    "--report",
    type=click.Path(path_type=Path),
    metavar="FILE.json",
    help="Write there what was cached, what ran, and how long it took.",
)
@click.option("--logs", is_flag=True, help="Show what the instructions print.")
@click.option(
    "--verify",
    metavar="STAGE",
    help="With keyed: then make this stage anew that is taken from the registry, or 'any', and compare.",
)
@json_option
def command(
    context: str,
    *,
    jobs: int,
    dry_run: bool,
    report: Path | None,
    logs: bool,
    verify: str | None,
    as_json: bool,
    **given: Any,
) -> None:
    """Carry out the plan: build each stage with its cache source, push it, and move the tags last.

    A step that fails leaves the caches of those before it, and no tag moved.

    \b
    stageplan run                                        build here, cached in .stageplan/
    stageplan run --image registry.example.com/app       build, cache beside the image, push
    stageplan run plan.json --report report.json
    stageplan run --strategy keyed --image … --stage deps    one stage of many, on a machine of its own
    stageplan run compose.yaml                           all services, each after those it is built from
    stageplan run --strategy keyed --image … --verify any    and see that what is kept is what would be built
    """
    from stageplan.cli.output import say, write
    from stageplan.cli.services import names_services

    if names_services(context):
        if verify is not None:
            from stageplan.cli.verify import cannot_verify

            raise cannot_verify("a compose or bake file")
        from stageplan.cli.run_services import run_services

        run_services(context, given, jobs=jobs, dry_run=dry_run, report=report, logs=logs, as_json=as_json)
        return
    from stageplan.cli.planning import ask_sources, plan_of
    from stageplan.run.report import encode_report
    from stageplan.run.report_of import failure_of
    from stageplan.run.summary import summary

    plan = ask_sources(plan_of(context, given, needs_engine=not dry_run))
    if dry_run:
        from stageplan.run.dry_run import commands_of

        write("".join(f"{line}\n" for line in commands_of(plan)).encode(), None)
        return
    stage = _stage_to_verify(plan, context, verify)
    done = carried_out(plan, jobs=jobs, logs=logs)
    failure = failure_of(done)
    say(summary(done).rstrip())
    try:
        if stage is not None and failure is None:
            from stageplan.cli.verify import verified, verified_text

            found = verified(stage, context, given, jobs=jobs, logs=logs)
            done = replace(done, verified=found)
            say(verified_text(found))
    finally:
        data = encode_report(done)
        if report is not None:
            write(data, report)
        if as_json:
            write(data, None)
    if failure is not None:
        raise failure
    if verify is not None and stage is None:
        say("nothing is taken from the registry, so there is nothing to verify")
    if done.verified and done.verified.differences:
        click.get_current_context().exit(_DIFFERENT)


def _stage_to_verify(plan: Plan, context: str, name: str | None) -> StageDecision | None:
    """The stage that `--verify` means; what that takes is loaded only where it is asked for."""
    if name is None:
        return None
    from stageplan.cli.verify import stage_to_verify

    return stage_to_verify(plan, context, name)


def carried_out(plan: Plan, *, jobs: int, logs: bool) -> Report:
    """What came of the plan."""
    from stageplan.cli.output import say
    from stageplan.run.executor import execute
    from stageplan.system.files import hide_from_git

    if plan.parameters.cache_dir is not None:
        hide_from_git(Path(plan.parameters.cache_dir))
    for warning in plan.warnings:
        say(f"warning: {warning}")
    with ExitStack() as stack:
        ports = stack.enter_context(_ports(plan))
        on_event = stack.enter_context(_progress(logs=logs))
        return execute(plan, ports=ports, jobs=jobs, on_event=on_event)


@contextmanager
def _ports(plan: Plan) -> Iterator[Ports]:
    """The doors to the machine, that to the engine only where a step of the plan needs it."""
    from stageplan.system.ports import machine_ports
    from stageplan.system.process import Processes

    if plan.inputs.engine != "docker" or not any(_needs_engine(step) for step in plan.steps):
        yield machine_ports(Processes())
        return
    from stageplan.system.context_names import context_names
    from stageplan.system.engine_images import DockerEngine

    with DockerEngine(context_names) as engine:
        yield machine_ports(Processes(), images=engine)


def _needs_engine(step: Step) -> bool:
    """Whether a step is the engine's and not buildx's."""
    match step:
        case Build(builder=builder):
            return builder == "classic"
        case Restore() | Push() | Save():
            return True
        case MoveTags():
            return False


@contextmanager
def _progress(*, logs: bool) -> Iterator[OnEvent]:
    """What shows the events: a picture on a terminal, lines elsewhere."""
    if sys.stderr.isatty() and not os.environ.get("CI") and not logs:
        from rich.console import Console

        from stageplan.run.live import LiveProgress

        with LiveProgress(Console(stderr=True)) as live:
            yield live
        return
    from stageplan.run.plain import PlainProgress

    yield PlainProgress(sys.stderr.write, logs=logs)

"""`stageplan run` with a compose or bake file."""

import shlex
from pathlib import Path

from stageplan.cli.output import say, write
from stageplan.cli.request import Given
from stageplan.cli.run import carried_out
from stageplan.cli.services import ask_all, service_plans
from stageplan.run.dry_run import commands_of
from stageplan.run.report_of import failure_of
from stageplan.run.service_reports import ServiceReport, encode_services_report, services_report
from stageplan.run.summary import summary


def run_services(
    file: str, given: Given, *, jobs: int, dry_run: bool, report: Path | None, logs: bool, as_json: bool
) -> None:
    """Carries out one plan after the other; those behind one that fails are left out.

    Raises:
        StageplanError: a plan cannot be made, or a step of one failed.
    """
    plans = ask_all(service_plans(file, given, needs_engine=not dry_run))
    if dry_run:
        for service in plans.services:
            lines = (f"# services: {', '.join(map(shlex.quote, service.names))}", *commands_of(service.plan))
            write("".join(f"{line}\n" for line in lines).encode(), None)
        return
    done: list[ServiceReport] = []
    failure = None
    for service in plans.services:
        if failure is not None:
            done.append(ServiceReport(names=service.names, report=None))
            continue
        say(f"services: {', '.join(service.names)}")
        one = carried_out(service.plan, jobs=jobs, logs=logs)
        done.append(ServiceReport(names=service.names, report=one))
        say(summary(one).rstrip() + "\n")
        failure = failure_of(one)
    data = encode_services_report(services_report(done))
    if report is not None:
        write(data, report)
    if as_json:
        write(data, None)
    if failure is not None:
        raise failure

"""`stageplan plan` and `stageplan script` with a compose or bake file."""

from pathlib import Path

from stageplan import __version__
from stageplan.cli.output import say, write
from stageplan.cli.request import Given
from stageplan.cli.services import ask_all, service_plans
from stageplan.errors import UsageError
from stageplan.plan.services.document import ServicePlans, encode_plans
from stageplan.render.formats import DEFAULT
from stageplan.render.services import render_services
from stageplan.render.text import render_text


def plan_services(
    file: str, given: Given, *, offline: bool, pin: bool, as_json: bool, output: Path | None
) -> None:
    """Shows the plans of all services, or writes them as JSON.

    Raises:
        StageplanError: they cannot be made.
    """
    if pin:
        raise UsageError(
            "services-option",
            f"'{file}' has Dockerfiles of its own, and --pin is given besides",
            hint="pin each Dockerfile by itself: stageplan plan CONTEXT --pin",
        )
    plans = service_plans(file, given, offline=offline)
    if not offline:
        plans = ask_all(plans)
    if as_json or output is not None:
        write(encode_plans(plans), output)
    else:
        write("\n".join(_texts(plans)).encode(), None)
    if output is not None and str(output) != "-":
        say(f"wrote {output}; carry it out with: stageplan run {output}")


def script_services(file: str, given: Given, format_name: str, *, offline: bool, output: Path | None) -> None:
    """Writes the plans of all services as one script.

    Raises:
        StageplanError: they cannot be made, or another format is asked for.
    """
    if format_name != DEFAULT:
        raise UsageError(
            "services-format",
            f"'--format {format_name}' holds one plan, and '{file}' makes several",
            hint="leave out --format, or write each Dockerfile by itself",
        )
    plans = service_plans(file, given, offline=offline)
    text = render_services(plans, version=__version__)
    write(text.encode("utf-8", "surrogateescape"), output, executable=True)


def _texts(plans: ServicePlans) -> list[str]:
    return [
        f"services  {', '.join(service.names)}"
        + (f" (from {', '.join(service.takes)})" if service.takes else "")
        + f"\n{render_text(service.plan)}"
        for service in plans.services
    ]

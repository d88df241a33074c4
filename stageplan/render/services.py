"""The plans of several services as one POSIX sh script."""

from collections.abc import Iterator

from stageplan.plan.services.document import ServicePlans
from stageplan.render.shell import render_shell

_ONE_FOR_ALL = ("STAGEPLAN_IMAGE", "STAGEPLAN_CACHE_IMAGE", "STAGEPLAN_CACHE_DIR")


def render_services(plans: ServicePlans, *, version: str) -> str:
    """The script: that of each plan after the other, each in a shell of its own.

    Args:
        version: of stageplan, for the header.
    """
    return "\n".join((*_head(plans, version), *_parts(plans, version))) + "\n"


def _head(plans: ServicePlans, version: str) -> Iterator[str]:
    yield "#!/bin/sh"
    yield "# The services of one compose or bake file, each after those whose images it takes."
    yield f"# Made by stageplan {version}. It needs docker with buildx and nothing else."
    yield "set -eu"
    yield "# each service has an image and caches of its own, so these name none for all of them"
    yield f"unset {' '.join(_ONE_FOR_ALL)}"
    if any(service.takes for service in plans.services) and not _is_read_only(plans):
        yield "case ${STAGEPLAN_READ_ONLY-} in"
        yield "'' | 0 | false) ;;"
        yield "*)"
        yield "    echo 'error: services take images that are pushed; plan again with --read-only' >&2"
        yield "    exit 2"
        yield "    ;;"
        yield "esac"


def _is_read_only(plans: ServicePlans) -> bool:
    return all(service.plan.parameters.read_only for service in plans.services)


def _parts(plans: ServicePlans, version: str) -> Iterator[str]:
    for service in plans.services:
        body = render_shell(service.plan, version=version).removeprefix("#!/bin/sh\n").rstrip("\n")
        yield f"\n# services: {', '.join(service.names)}\n(\n{body}\n)"

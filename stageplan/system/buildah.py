"""What buildah and podman say of themselves."""

import os
import re
import shutil
from collections.abc import Iterator

from stageplan.errors import UsageError
from stageplan.plan.facts import EngineFacts
from stageplan.plan.model import Engine
from stageplan.system.process import Processes

_VERSION = re.compile(r"\bv?(\d+\.\d+(?:\.\d+)?)")
_RUNTIMES = ("crun", "runc", "kata-runtime", "runsc")


def buildah_facts(engine: Engine, processes: Processes) -> EngineFacts:
    """What is known of it; `reachable` is False where it cannot be started.

    Args:
        engine: `buildah` or `podman`.
        processes: what starts it.
    """
    try:
        version = _first_version(processes, engine, "--version")
        inside = version if engine == "buildah" else _inside_podman(processes)
    except UsageError:
        return EngineFacts(reachable=False, reason=f"there is no {engine} on PATH", kind=engine)
    return EngineFacts(
        reachable=True,
        kind=engine,
        version=version,
        buildah_version=inside,
        limits=tuple(_limits()),
    )


def _inside_podman(processes: Processes) -> str | None:
    """The version of the buildah that podman is made with."""
    return _first_version(processes, "podman", "info", "--format", "{{.Host.BuildahVersion}}")


def _first_version(processes: Processes, *words: str) -> str | None:
    found = _VERSION.search(processes.run(words).stdout.decode("utf-8", "replace"))
    return found[1] if found else None


def _limits() -> Iterator[tuple[str, str]]:
    """What would make a RUN fail here."""
    if os.environ.get("BUILDAH_ISOLATION") != "chroot" and not any(map(_is_there, _RUNTIMES)):
        yield (
            f"none of {', '.join(_RUNTIMES)} is on PATH, and a RUN needs one",
            "install crun, or set BUILDAH_ISOLATION=chroot",
        )


def _is_there(program: str) -> bool:
    return (
        shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin:/usr/local/sbin")
        is not None
    )

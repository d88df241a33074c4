"""What the Docker Engine and its buildx say of themselves."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

from docker.errors import DockerException
from requests.exceptions import RequestException

from stageplan.errors import UnreachableError
from stageplan.plan.facts import EngineFacts
from stageplan.system.builder_facts import BuilderFacts, builder_facts, buildx_version
from stageplan.system.engine_client import connect, engine_down
from stageplan.system.process import Processes

_QUICK = 5
_CONTAINERD = "io.containerd.snapshotter.v1"


def engine_facts(builder: str | None = None, *, processes: Processes | None = None) -> EngineFacts:
    """What is known of the engine and of the builder; `reachable` is False where no engine answers.

    Args:
        builder: the buildx builder; None for the current one.
        processes: what starts docker's command line.

    Raises:
        UsageError: there is no builder of this name (`no-such-builder`).
    """
    with ThreadPoolExecutor(1) as pool:  # both ask the engine, and neither needs the other
        asked = pool.submit(_ask_buildx, processes or Processes(), builder)
        engine = _ask_engine()
        version, found = asked.result()
    return EngineFacts(
        **engine,
        buildx_version=version,
        builder=found.name,
        driver=found.driver,
        buildkit_version=found.buildkit_version,
        snapshotter=found.snapshotter,
        platforms=found.platforms,
    )


def _ask_engine() -> dict[str, Any]:
    """The facts of the engine itself, or why there are none."""
    try:
        with closing(connect(timeout=_QUICK)) as client:
            version, info = client.version(), client.info()
    except UnreachableError as error:
        return {"reachable": False, "reason": error.message}
    except (DockerException, RequestException) as cause:
        return {"reachable": False, "reason": engine_down(cause).message}
    kinds = [value for key, value in info.get("DriverStatus") or () if key == "driver-type"]
    return {
        "reachable": True,
        "version": version["Version"].partition("+")[0],
        "api_version": version["ApiVersion"],
        "store": "containerd" if _CONTAINERD in kinds else "classic",
        "os": version["Os"],
        "architecture": version["Arch"],
    }


def _ask_buildx(processes: Processes, builder: str | None) -> tuple[str | None, BuilderFacts]:
    """The version of buildx and the facts of the builder; nothing without buildx."""
    try:
        version = buildx_version(processes)
    except UnreachableError:
        return None, BuilderFacts()
    return version, builder_facts(processes, builder)

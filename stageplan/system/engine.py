"""What the Docker Engine and its buildx say of themselves."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

from stageplan.errors import UnreachableError
from stageplan.plan.facts import EngineFacts
from stageplan.system.builder_facts import BuilderFacts, builder_facts, buildx_version
from stageplan.system.process import Processes

_QUICK = 5
_NEEDS_NO_ENGINE = frozenset({"remote", "kubernetes", "cloud"})
_CONTAINERD = "io.containerd.snapshotter.v1"


def engine_facts(builder: str | None = None, *, processes: Processes | None = None) -> EngineFacts:
    """What is known of the engine and of the builder; `reachable` is False where no engine answers.

    Args:
        builder: the buildx builder; None for the current one.
        processes: what starts docker's command line.

    Raises:
        UsageError: there is no builder of this name (`no-such-builder`).
    """
    starter = processes or Processes()
    with ThreadPoolExecutor(2) as pool:  # each takes a tenth of a second, and none needs another
        asked_version = pool.submit(_buildx_version, starter)
        asked_builder = pool.submit(builder_facts, starter, builder)
        engine = _ask_engine()
    version = asked_version.result()
    found = BuilderFacts() if version is None else asked_builder.result()
    if not engine["reachable"] and found.driver in _NEEDS_NO_ENGINE:
        engine = {"reachable": True, **_platform(found)}
    return EngineFacts(
        **engine,
        buildx_version=version,
        builder=found.name,
        driver=found.driver,
        buildkit_version=found.buildkit_version,
        snapshotter=found.snapshotter,
        platforms=found.platforms,
    )


def engine_mirrors() -> tuple[str, ...]:
    """What stands in for Docker Hub, as `http://HOST:PORT`; none where no engine answers."""
    return tuple(_ask_engine().get("mirrors", ()))


def _platform(builder: BuilderFacts) -> dict[str, str]:
    """What a builder builds for by itself: the first of its platforms."""
    words = builder.platforms[0].split("/") if builder.platforms else ()
    return {"os": words[0], "architecture": "/".join(words[1:])} if len(words) > 1 else {}


def _ask_engine() -> dict[str, Any]:
    """The facts of the engine itself, or why there are none."""
    # imported here: it costs 100 ms, in which buildx answers
    from docker.errors import DockerException  # noqa: PLC0415
    from requests.exceptions import RequestException  # noqa: PLC0415

    from stageplan.system.engine_client import connect, engine_down  # noqa: PLC0415

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
        "mirrors": tuple((info.get("RegistryConfig") or {}).get("Mirrors") or ()),
    }


def _buildx_version(processes: Processes) -> str | None:
    """The version of buildx; None where there is none."""
    try:
        return buildx_version(processes)
    except UnreachableError:
        return None

"""What `docker buildx` says of itself and of a builder."""

import re
from dataclasses import dataclass

from stageplan.errors import UnreachableError, UsageError
from stageplan.system.process import Processes

_VERSION = re.compile(r"\bv?(\d+\.\d+\.\d+)")
_SNAPSHOTTER = "org.mobyproject.buildkit.worker.snapshotter"
# what a build from source calls itself
_NO_VERSION = "0.0.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class BuilderFacts:
    """A builder and its first node; each None where buildx does not say."""

    name: str | None = None
    driver: str | None = None
    buildkit_version: str | None = None
    snapshotter: str | None = None
    platforms: tuple[str, ...] = ()


def buildx_version(processes: Processes) -> str:
    """The version of buildx, `0.29.1`.

    Raises:
        UnreachableError: there is no docker (`no-docker`), or it has no buildx (`no-buildx`).
    """
    try:
        finished = processes.run(("docker", "buildx", "version"))
    except UsageError as cause:
        raise UnreachableError(
            "no-docker", "there is no docker on PATH", hint="install docker's command line"
        ) from cause
    found = _VERSION.search(finished.stdout.decode("utf-8", "replace"))
    if finished.code != 0 or not found:
        raise UnreachableError(
            "no-buildx",
            "docker has no buildx",
            hint="install docker's buildx plugin: `docker buildx version` must work",
        )
    return found[1]


def builder_facts(processes: Processes, builder: str | None) -> BuilderFacts:
    """What buildx says of a builder; nothing where it cannot reach it.

    Args:
        processes: what starts docker.
        builder: its name; None for the current one.

    Raises:
        UsageError: there is no builder of this name (`no-such-builder`).
    """
    words = ("docker", "buildx", "inspect", *((builder,) if builder else ()))
    finished = processes.run(words)
    if builder and b"no builder" in finished.stderr:
        raise UsageError(
            "no-such-builder",
            f"there is no builder '{builder}'",
            hint=f"create it with `docker buildx create --name {builder}`, or take one of `docker buildx ls`",
        )
    return parse_builder(finished.stdout.decode("utf-8", "replace"))


def parse_builder(text: str) -> BuilderFacts:
    """What stands in the output of `docker buildx inspect`; of several nodes the first counts."""
    facts: dict[str, str] = {}
    for line in text.splitlines():
        name, colon, value = line.strip().partition(":")
        if colon and value.strip():
            facts.setdefault(name.lower(), value.strip())
    version = _VERSION.search(facts.get("buildkit version", facts.get("buildkit", "")))
    return BuilderFacts(
        name=facts.get("name"),
        driver=facts.get("driver"),
        buildkit_version=version[1] if version and version[1] != _NO_VERSION else None,
        snapshotter=facts.get(_SNAPSHOTTER),
        platforms=tuple(name.strip(" *") for name in facts.get("platforms", "").split(",") if name.strip()),
    )

"""What pack says of itself, and the docker engine that it builds with."""

import os
import re
from dataclasses import replace

from stageplan.errors import UsageError
from stageplan.plan.facts import EngineFacts
from stageplan.system.engine import engine_facts
from stageplan.system.process import Processes

_VERSION = re.compile(r"\bv?(\d+\.\d+\.\d+)")
_NO_VERSION = "0.0.0"  # what a build from source calls itself
_ELSEWHERE = ("tcp://", "ssh://", "http://", "https://")


def pack_facts(processes: Processes) -> EngineFacts:
    """What is known of pack; `reachable` is False where it, or its engine, does not answer."""
    try:
        told = processes.run(("pack", "version")).stdout.decode("utf-8", "replace")
    except UsageError:
        return EngineFacts(reachable=False, reason="there is no pack on PATH", kind="pack")
    found = _VERSION.search(told)
    version = found[1] if found and found[1] != _NO_VERSION else None
    elsewhere = os.environ.get("DOCKER_HOST", "").startswith(_ELSEWHERE)
    return replace(engine_facts(), kind="pack", version=version, elsewhere=elsewhere)

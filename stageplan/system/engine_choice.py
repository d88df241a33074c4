"""Which program builds here: the one that is asked for, else the first that answers."""

import os
from collections.abc import Sequence
from typing import get_args

from stageplan.errors import UsageError, did_you_mean
from stageplan.plan.facts import EngineFacts
from stageplan.plan.model import Engine
from stageplan.system.buildah import buildah_facts
from stageplan.system.engine import engine_facts
from stageplan.system.pack import pack_facts
from stageplan.system.process import Processes

ENGINES: tuple[Engine, ...] = get_args(Engine)
_ELSEWHERE = (
    "kaniko runs only inside its own image",
    "write the plan down: stageplan script --engine kaniko, also with --format kaniko-pod",
)
_DETECTED: tuple[Engine, ...] = ("docker", "buildah", "podman")


def check_engine(name: str | None) -> Engine | None:
    """The engine of that name; None where none is named.

    Raises:
        UsageError: there is none (`unknown-engine`).
    """
    if name is None:
        return None
    found = next((engine for engine in ENGINES if engine == name), None)
    if found is None:
        raise UsageError(
            "unknown-engine",
            f"there is no engine '{name}'",
            hint=did_you_mean(name, ENGINES) or f"it is one of {', '.join(ENGINES)}",
        )
    return found


def choose_engine(
    name: str | None, *, builder: str | None = None, able: Sequence[Engine] = ()
) -> EngineFacts:
    """What is known of the engine; where none is named, of the first that answers, or else of the first.

    DOCKER_HOST names one too: whoever sets it means docker, and wants to hear that it does not answer.

    Args:
        name: the engine that is asked for.
        builder: the buildx builder, where it is docker.
        able: the engines that the strategy can use; none: any.

    Raises:
        UsageError: there is no such engine (`unknown-engine`), or no such builder (`no-such-builder`).
    """
    asked = check_engine(name)
    if asked is not None:
        return _ask(asked, builder)
    wanted = [engine for engine in _DETECTED if engine in able] or list(able) or list(_DETECTED)
    facts = _ask(wanted[0], builder)
    for engine in wanted[1:]:
        if facts.reachable or (facts.kind == "docker" and "DOCKER_HOST" in os.environ):
            break
        other = _ask(engine, builder)
        facts = other if other.reachable else facts
    return facts


def _ask(engine: Engine, builder: str | None) -> EngineFacts:
    if engine == "docker":
        return engine_facts(builder)
    if engine == "kaniko":
        return EngineFacts(reachable=True, kind=engine, limits=(_ELSEWHERE,))
    if engine == "pack":
        return pack_facts(Processes())
    return buildah_facts(engine, Processes())

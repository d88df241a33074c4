"""Which program reads the Dockerfile: only of the official one is known what it makes of a file."""

from collections.abc import Mapping

from stageplan.dockerfile.instructions import Dockerfile
from stageplan.dockerfile.references import InvalidReferenceError, parse_reference
from stageplan.keys.steering import SYNTAX

_OFFICIAL = ("docker.io/docker/dockerfile", "docker.io/docker/dockerfile-upstream")


def foreign_frontend(dockerfile: Dockerfile, build_args: Mapping[str, str]) -> str | None:
    """Why another program may read the file in another way, as a sentence without a full stop, or None."""
    syntax = build_args.get(SYNTAX) or dockerfile.syntax
    if not syntax or _is_official(syntax):
        return None
    return f"'{syntax}' reads this Dockerfile, and what it makes of it is not known"


def _is_official(syntax: str) -> bool:
    try:
        return parse_reference(syntax).name in _OFFICIAL
    except InvalidReferenceError:
        return False

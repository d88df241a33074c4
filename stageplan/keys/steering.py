"""Build arguments that steer the builder itself, and count although no ARG declares them.

Source: `frontend/dockerfile/dockerfile2llb` and `frontend/dockerui` of BuildKit.
"""

from collections.abc import Iterator, Mapping

from stageplan.keys.model import KeyInput
from stageplan.stages.model import StageInstruction

SYNTAX = "BUILDKIT_SYNTAX"
_EPOCH = "SOURCE_DATE_EPOCH"
_CACHE_NAMESPACE = "BUILDKIT_CACHE_MOUNT_NS"
_HOSTNAME = "BUILDKIT_SANDBOX_HOSTNAME"


def stage_steering(build_args: Mapping[str, str]) -> Iterator[KeyInput]:
    """What steers every stage: the time that its image is said to be of."""
    if _EPOCH in build_args:
        yield KeyInput(kind="setting", name=_EPOCH, value=build_args[_EPOCH])


def instruction_steering(instruction: StageInstruction, build_args: Mapping[str, str]) -> Iterator[KeyInput]:
    """What steers one instruction: the time of what it makes, its host name, and where its caches lie."""
    makes = instruction.keyword == "WORKDIR" or bool(instruction.files)
    caches = any(mount.mount.type == "cache" for mount in instruction.mounts)
    for name, counts in (
        (_EPOCH, makes),
        (_HOSTNAME, instruction.runs),
        (_CACHE_NAMESPACE, caches),
    ):
        if counts and name in build_args:
            value = build_args[name]
            yield KeyInput(kind="steering", name=name, value=value, line=instruction.span.line)

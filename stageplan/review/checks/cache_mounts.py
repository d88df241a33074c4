"""The check for cache mounts, which no cache export holds."""

from collections.abc import Iterator

from stageplan.review.checks.finding import Finding, Subject
from stageplan.review.checks.lineage import own_instructions

RULE = "lost-cache-mount"


def lost_cache_mounts(subject: Subject) -> Iterator[Finding]:
    """The first cache mount of each stage."""
    for stage in subject.graph.stages:
        mounts = (
            mount
            for instruction in own_instructions(stage)
            for mount in instruction.mounts
            if mount.mount.type == "cache"
        )
        mount = next(mounts, None)
        if mount:
            yield Finding(
                rule=RULE,
                severity="note",
                message=f"the cache mount '{mount.mount.target}' is empty on a fresh runner",
                span=mount.source.span,
                hint="no cache export holds it; what must survive belongs into a layer of its own",
            )

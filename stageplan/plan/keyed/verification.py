"""A stage as it is kept, and the same made anew: two builds whose files can be compared."""

from collections.abc import Iterator
from typing import Final

from msgspec import UNSET
from msgspec.structs import replace

from stageplan.plan.keyed.pieces import REPOSITORY
from stageplan.plan.model import Build, ImageInput, Plan, Step

_COMPARED: Final = ("image", "artifact", "marker")


def kept_by(plan: Plan, index: int) -> Build | None:
    """The build that makes what is kept of a stage: its image, else its artifact, else its marker.

    Args:
        plan: makes the stage alone, without the cache.
        index: of the stage.
    """
    made = [step for step in plan.steps if isinstance(step, Build) and step.index == index]
    builds = {build.id.partition(":")[0]: build for build in made}
    return next((builds[form] for form in _COMPARED if form in builds), None)


def has_files(build: Build) -> bool:
    """Whether a build keeps files, and not just the fact that it succeeded."""
    return not build.id.startswith("marker:")


def verification(plan: Plan, build: Build, digest: str, *, kept: str, again: str) -> Plan:
    """The plan that makes a stage anew, and leaves its files and those that are kept in two tars.

    Args:
        plan: makes the stage alone, without the cache.
        build: its build that makes what is kept.
        digest: of what is kept.
        kept: path of the tar with what is kept.
        again: path of the tar with what is made.
    """
    name = build.id.partition(":")[2]
    before = tuple(dict.fromkeys(_made_before(plan, build)))
    plain = replace(
        build,
        needs=(),
        cache=None,
        output="cacheonly",
        tags=(),
        compression=UNSET,
        force_compression=UNSET,
        wants_digest=False,
    )
    new = replace(plain, id=f"again:{name}", needs=tuple(step.id for step in before))
    if not has_files(build):
        return replace(plan, steps=(*before, new))
    image = ImageInput(name=build.target or "", repository=REPOSITORY, digest=digest)
    old = replace(plain, id=f"kept:{name}", inputs=(image,), no_cache=())
    return replace(plan, steps=(*before, _into_tar(new, again), _into_tar(old, kept)))


def _into_tar(build: Build, path: str) -> Build:
    return replace(build, output="tar", tags=(path,))


def _made_before(plan: Plan, build: Build) -> Iterator[Step]:
    """The steps that make the images which a build gets."""
    steps = {step.id: step for step in plan.steps}
    for item in build.inputs:
        if item.build is not None and isinstance(step := steps[item.build], Build):
            yield from (steps[need] for need in step.needs)
            yield from _made_before(plan, step)
            yield step

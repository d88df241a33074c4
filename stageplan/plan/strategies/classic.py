"""`classic` and `archive`: stage images for docker's classic builder, in a registry or in one tar.

The classic builder builds every stage from the first to the target, one after the other, and its
`--cache-from` replaces its own cache: each build names the stage images that this plan has made or
brought, and no other. A stage's own earlier image comes last, for the first image that fits decides
for the rest of a stage.
"""

from collections.abc import Callable

from stageplan.plan.engines import needs_classic_builder
from stageplan.plan.facts import EngineFacts
from stageplan.plan.model import Build, Push, Restore, Save, Step
from stageplan.plan.options import PlanOptions
from stageplan.plan.strategies.base import Strategy, of_steps
from stageplan.plan.work import Work

_ARCHIVE = "{cache_dir}/{scope}.tar"


def _pushed(work: Work, index: int) -> str:
    return f"{{cache_image}}:{{scope}}__classic__{work.part(index)}"


def _archived(work: Work, index: int) -> str:
    return f"{work.options.name}:classic__{work.part(index)}"


def _builds(work: Work, image_of: Callable[[Work, int], str], restored: tuple[str, ...]) -> list[Build]:
    """A build for each stage in file order, as the classic builder goes through the file.

    Args:
        image_of: location of the stage image.
        restored: for each built stage the id of the step that brings its earlier image.
    """
    builds: list[Build] = []
    for index, restore in zip(sorted(work.built), restored, strict=True):
        before = tuple(build.id for build in builds)
        publishes = index in work.targets
        builds.append(
            Build(
                id=f"build:{work.key(index)}",
                reason=work.decisions[index].reason,
                needs=(*dict.fromkeys((restore, *before[-1:])),),
                stage=work.title(index),
                index=index,
                target=work.target_flag(index),
                builder="classic",
                output="load",
                tags=(image_of(work, index), *(work.tags[index] if publishes else ())),
                build_args=work.build_args,
                cache_from=(*before, restore),
            )
        )
    return builds


def _last_push(work: Work, every_build: tuple[str, ...]) -> tuple[Step, ...]:
    """The push of the targets' own tags, when every build has succeeded."""
    if not work.publishes:
        return ()
    return (
        Push(
            id="push:tags",
            reason="tags move last, when every build has succeeded",
            needs=every_build,
            images=tuple(tag for index in sorted(work.targets) for tag in work.tags[index]),
        ),
    )


def _classic_steps(work: Work) -> tuple[Step, ...]:
    restores = [
        Restore(
            id=f"restore:{work.key(index)}",
            reason="the classic builder takes layers only from images that the engine holds",
            how="pull",
            index=index,
            location=_pushed(work, index),
        )
        for index in sorted(work.built)
    ]
    builds = _builds(work, _pushed, tuple(restore.id for restore in restores))
    steps: list[Step] = []
    for restore, build in zip(restores, builds, strict=True):
        steps += [restore, build]
        if work.publishes:
            steps.append(
                Push(
                    id=f"push:{build.stage}",
                    reason="a stage is kept as soon as it is built",
                    needs=(build.id,),
                    images=build.tags[:1],
                )
            )
    return (*steps, *_last_push(work, tuple(step.id for step in steps)))


def _archive_steps(work: Work) -> tuple[Step, ...]:
    """The sequence around one archive; each scope has a file, and the images in it have fixed names.

    One tar holds layers that images share once, so it is written once: at the end, also when a build fails.
    """
    images = tuple(_archived(work, index) for index in sorted(work.built))
    restore = Restore(
        id="restore:archive",
        reason="the classic builder takes layers only from images that the engine holds",
        how="load",
        index=None,
        location=_ARCHIVE,
        images=images,
    )
    builds = _builds(work, _archived, (restore.id,) * len(images))
    every_build = tuple(build.id for build in builds)
    steps: tuple[Step, ...] = (restore, *builds, *_last_push(work, every_build))
    if work.options.read_only:
        return steps
    save = Save(
        id="save:archive",
        reason="one tar keeps shared layers once; it is also written when a build fails",
        needs=every_build,
        images=images,
        location=_ARCHIVE,
    )
    return (*steps, save)


def _classic_refuses(engine: EngineFacts, options: PlanOptions) -> str | None:
    if options.image is None:
        return "classic stage images are pushed, and there is no --image"
    return needs_classic_builder(engine, options)


CLASSIC = Strategy(
    name="classic",
    summary="stage images for docker's classic builder, pulled and pushed",
    backend=None,
    store="cache_image",
    builder="classic",
    parents_only=True,
    refuses=_classic_refuses,
    draft=of_steps(_classic_steps),
)
ARCHIVE = Strategy(
    name="archive",
    summary="the same images in one tar on shared storage",
    backend=None,
    store="cache_dir",
    builder="classic",
    parents_only=True,
    refuses=needs_classic_builder,
    draft=of_steps(_archive_steps),
)

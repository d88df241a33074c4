"""A Dockerfile and the options of a build become stages, in the order of the builder's own steps.

A file with several mistakes shows the one that the builder would show: bases of all stages, then the target,
then what COPY and mounts name in all stages, circles, image names of all stages, and only then what matters
in stages that are needed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from stageplan.dockerfile.collector import paused_collector
from stageplan.dockerfile.instructions import Dockerfile
from stageplan.dockerfile.platforms import InvalidPlatformError, Platform, parse_platform
from stageplan.dockerfile.quoting import quoted
from stageplan.errors import DockerfileError, UsageError, did_you_mean
from stageplan.stages.bases import Bases, resolve_bases
from stageplan.stages.bodies import Bodies
from stageplan.stages.contents import StageContent, stage_contents
from stageplan.stages.cycles import refuse_cycles
from stageplan.stages.dependencies import stage_dependencies, stage_images
from stageplan.stages.global_scope import GlobalScope, global_scope
from stageplan.stages.images import resolved_image
from stageplan.stages.model import Dependency, GraphWarning, ImageUse, Source, Stage
from stageplan.stages.named_contexts import context_names
from stageplan.stages.options import BuildOptions, ImageConfigs
from stageplan.stages.starts import StageStart, stage_starts
from stageplan.stages.warnings import graph_warnings

_MOST_NAMES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedStages:
    """All that a graph is made of.

    Attributes:
        stages: the stages, in file order.
        dependencies: the data that stages take from each other; by consumer, in the order of its
            instructions.
        named: for each stage the stages it names, whether it takes data from them or not.
        image_uses: the images that each stage needs.
        problems: what the builder refuses once it builds that stage, by index.
        target: index of the stage that the options ask for.
        target_name: what TARGETSTAGE says.
        uses_targetstage: a stage depends on which target is built.
        warnings: what is likely not meant.
    """

    stages: tuple[Stage, ...]
    dependencies: tuple[Dependency, ...]
    named: tuple[tuple[int, ...], ...]
    image_uses: tuple[ImageUse, ...]
    problems: Mapping[int, DockerfileError]
    target: int
    target_name: str
    uses_targetstage: bool
    warnings: tuple[GraphWarning, ...]


@paused_collector()
def resolve_stages(dockerfile: Dockerfile, options: BuildOptions, images: ImageConfigs) -> ResolvedStages:
    """The stages of a file, resolved.

    Args:
        dockerfile: the file.
        options: what the user asks.
        images: configurations of the images that somebody has looked at.

    Raises:
        DockerfileError: the builder would refuse the file whichever of its stages is needed.
        UsageError: there is no such target or platform, or a named context has a name that is none.
    """
    build = _platform("--build-platform", options.build_platform)
    wanted = _platform("--platform", options.platform) if options.platform else build
    contexts = context_names(options.build_contexts)
    target_name = options.target or dockerfile.stages[-1].name or "default"
    scope = global_scope(dockerfile, options.build_args, target_name, build, wanted)
    bases = resolve_bases(dockerfile, scope, contexts, build, wanted)
    target = _target(dockerfile, bases, options.target)
    bodies = Bodies(dockerfile, bases)
    refuse_cycles(bodies.last_spans(), [text.label for text in dockerfile.stages])
    starts = stage_starts(dockerfile, bases.bases, contexts, images, wanted)
    of_source = partial(_triggers, images=images, contexts=contexts, wanted=wanted) if images else None
    bodies.fire_triggers(target, [start.triggers for start in starts], of_source)
    contents = stage_contents(starts, bodies.instructions, scope, options.build_args)
    stages = tuple(map(_stage, starts, contents))
    return ResolvedStages(
        stages=stages,
        dependencies=tuple(dependency for stage in stages for dependency in stage_dependencies(stage)),
        named=tuple(bodies.named),
        image_uses=_image_uses(starts, bodies, contexts, wanted),
        problems=_problems(contents, bodies),
        target=target,
        target_name=target_name,
        uses_targetstage=_uses_targetstage(dockerfile, bases, scope, options.build_args),
        warnings=graph_warnings(dockerfile, starts, bodies, bases.by_name),
    )


def _platform(option: str, value: str) -> Platform:
    try:
        return parse_platform(value)
    except InvalidPlatformError as error:
        message = f"{option} '{value}': {error}"
        raise UsageError("platform-option", message, hint="write linux/arm64") from None


def _target(dockerfile: Dockerfile, bases: Bases, wanted: str | None) -> int:
    """The index of the stage to build: the last of that name in any case, or the last of all."""
    if not wanted:
        return len(dockerfile.stages) - 1
    index = bases.by_name.get(wanted.lower())
    if index is None:
        raise no_such_target(wanted, tuple(bases.by_name))
    return index


def no_such_target(wanted: str, names: tuple[str, ...]) -> UsageError:
    """The error of a target that no stage has the name of."""
    message = f"target stage {quoted(wanted)} could not be found"
    if hint := did_you_mean(wanted, names):
        return UsageError("no-such-target", message, hint=hint)
    if not names:
        return UsageError("no-such-target", message, hint="name a stage with `FROM image AS name`")
    shown = ", ".join(names[:_MOST_NAMES]) + (", ..." if len(names) > _MOST_NAMES else "")
    return UsageError("no-such-target", message, hint=f"stages have the names {shown}")


def _stage(start: StageStart, content: StageContent) -> Stage:
    is_replaced = start.base.replaced_by is not None
    return Stage(
        index=start.text.index,
        name=start.text.name,
        base=start.base.name,
        base_stage=start.base.stage,
        base_image=None if is_replaced else start.image.ref,
        platform=start.base.platform.format() if start.base.platform else "",
        effective_platform=start.platform.format(),
        span=start.text.start.span,
        instructions=content.instructions,
        replaced_by=start.base.replaced_by,
        base_context=None if is_replaced else start.image.context,
        inherited=content.inherited,
    )


def _triggers(
    source: Source, *, images: ImageConfigs, contexts: Mapping[str, str], wanted: Platform
) -> tuple[str, ...]:
    """The triggers of an image that a COPY or mount names, as far as they are known."""
    ref = resolved_image(source.image or "", contexts, wanted, source.place).ref
    config = images.get((ref, wanted.format())) if ref else None
    return config.onbuild if config else ()


def _image_uses(
    starts: tuple[StageStart, ...], bodies: Bodies, contexts: Mapping[str, str], wanted: Platform
) -> tuple[ImageUse, ...]:
    uses = (
        use
        for start in starts
        if start.text.index not in bodies.refused
        for use in stage_images(start, _looked_up(bodies, start.text.index), contexts, wanted)
    )
    return tuple(sorted(set(uses)))


def _looked_up(bodies: Bodies, stage: int) -> Iterator[Source]:
    yield from bodies.sources(stage)
    yield from bodies.behind_images[stage]


def _problems(contents: tuple[StageContent, ...], bodies: Bodies) -> dict[int, DockerfileError]:
    """What is wrong with each stage; a trigger that cannot fire comes before its instructions."""
    problems = {index: content.problem for index, content in enumerate(contents) if content.problem}
    return {**problems, **bodies.refused}


def _uses_targetstage(
    dockerfile: Dockerfile, bases: Bases, scope: GlobalScope, build_args: Mapping[str, str]
) -> bool:
    """A FROM, or an ARG of a stage that takes its value from outside, depends on which target is built."""
    taken = scope.from_target - build_args.keys()
    return any(base.from_target for base in bases.bases) or any(
        pair.value is None and pair.name in taken
        for stage in dockerfile.stages
        for instruction in stage.body
        if instruction.keyword == "ARG"
        for pair in instruction.pairs
    )

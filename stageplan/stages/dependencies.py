"""The data that stages take from each other and from images."""

from collections.abc import Iterable, Iterator, Mapping

from stageplan.dockerfile.platforms import Platform
from stageplan.stages.images import resolved_image
from stageplan.stages.model import Dependency, ImageUse, Source, Stage, StageInstruction
from stageplan.stages.starts import StageStart


def stage_dependencies(stage: Stage) -> Iterator[Dependency]:
    """What a stage takes from other stages, its base first, then in the order of its instructions."""
    if stage.base_stage is not None:
        yield Dependency(source=stage.base_stage, consumer=stage.index, kind="from", span=stage.span)
    for instruction in stage.instructions:
        for source, paths in _taken(instruction):
            if source.stage is not None:
                kind = source.kind
                yield Dependency(
                    source=source.stage,
                    consumer=stage.index,
                    kind="onbuild" if instruction.is_trigger else kind,
                    span=source.span,
                    paths=paths,
                    trigger=kind if instruction.is_trigger else None,
                )


def _taken(instruction: StageInstruction) -> Iterator[tuple[Source, tuple[str, ...]]]:
    """What an instruction takes from, and which paths."""
    if instruction.copied and instruction.sources:  # it may write here-documents only
        yield instruction.copied, instruction.sources
    for mount in instruction.mounts:
        if mount.reads_source:
            yield mount.source, (mount.mount.source or "/",)


def stage_images(
    start: StageStart, sources: Iterable[Source], contexts: Mapping[str, str], wanted: Platform
) -> Iterator[ImageUse]:
    """The images that a stage needs: its base, and what its COPYs and mounts name.

    Args:
        start: the beginning of the stage.
        sources: what its instructions name, whether data is taken from there or not.
        contexts: values of `--build-context`, by name.
        wanted: the platform to build for, which is that of copied images whatever the stage's own is.

    Raises:
        DockerfileError: a named context is an image that cannot be.
    """
    index = start.text.index
    if start.image.ref:
        yield ImageUse(ref=start.image.ref, stage=index, kind="from")
    for source in sources:
        if source.image is not None:
            image = resolved_image(source.image, contexts, wanted, source.place)
            if image.ref:
                yield ImageUse(ref=image.ref, stage=index, kind=source.kind)

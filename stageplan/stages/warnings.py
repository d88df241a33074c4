"""What the builder accepts and is likely not meant, as far as stages are concerned."""

from collections.abc import Iterator, Mapping

from stageplan.dockerfile.instructions import Dockerfile
from stageplan.dockerfile.problems import printable
from stageplan.dockerfile.references import parse_reference
from stageplan.errors import did_you_mean
from stageplan.source import Span
from stageplan.stages.bases import SCRATCH
from stageplan.stages.bodies import Bodies
from stageplan.stages.model import GraphWarning, Source
from stageplan.stages.starts import StageStart

_RESERVED = ("context", SCRATCH)
_WIDTH_OF_A_LINE = 1


def graph_warnings(
    dockerfile: Dockerfile, starts: tuple[StageStart, ...], bodies: Bodies, by_name: Mapping[str, int]
) -> tuple[GraphWarning, ...]:
    """The warnings, in the order of the lines they are about."""
    found = [
        *_blank_lines(dockerfile),
        *_names(starts),
        *_platforms(starts),
        *_images(starts, bodies, by_name),
    ]
    return tuple(sorted(found, key=lambda warning: (warning.span.line, warning.span.column)))


def _blank_lines(dockerfile: Dockerfile) -> Iterator[GraphWarning]:
    for line in dockerfile.blank_lines:
        yield GraphWarning(
            rule="blank-continuation",
            message="a blank line inside a continued instruction; later frontends may refuse it",
            span=Span(path=dockerfile.path, line=line, end_line=line, width=_WIDTH_OF_A_LINE),
            hint="delete the line, or make it a comment",
        )


def _names(starts: tuple[StageStart, ...]) -> Iterator[GraphWarning]:
    lines = dict[str, int]()
    for start in starts:
        name = start.text.name
        if name is None:
            continue
        place = start.text.start.place_of_word(2)
        if name in lines:
            message = f"stage '{name}' stands here and on line {lines[name]}; a name means the last one"
            yield GraphWarning(rule="duplicate-stage", message=message, span=place, hint="rename one of them")
        if name in _RESERVED:
            message = f"stage '{name}' has a name that means something else to the builder"
            yield GraphWarning(rule="reserved-stage", message=message, span=place, hint="rename it")
        lines[name] = place.line


def _platforms(starts: tuple[StageStart, ...]) -> Iterator[GraphWarning]:
    for start in starts:
        base = start.base
        if base.stage is None or base.platform is None or base.platform.format() == start.platform.format():
            continue
        message = (
            f"'--platform={base.platform.format()}' has no effect: the stage '{base.name}' it starts from "
            f"is built for {start.platform.format()}"
        )
        place = next(flag.span for flag in start.text.start.flags if flag.name == "platform")
        yield GraphWarning(rule="platform-unused", message=message, span=place, hint="put it on that stage")


def _images(
    starts: tuple[StageStart, ...], bodies: Bodies, by_name: Mapping[str, int]
) -> Iterator[GraphWarning]:
    """Images whose name is nearly a stage's."""
    stages = tuple(by_name)
    for start in starts:
        if start.base.stage is None and not start.base.replaced_by:
            yield from _nearly_a_stage(start.base.name, stages, start.text.start.place_of_word(0))
        for source in bodies.sources(start.text.index):
            if source.is_index_of_image:
                yield _index_of_image(source)
            elif source.image:
                yield from _nearly_a_stage(source.image, stages, source.span)


def _nearly_a_stage(image: str, stages: tuple[str, ...], place: Span) -> Iterator[GraphWarning]:
    reference = parse_reference(image)
    if image == SCRATCH or reference.tag or reference.digest or "/" in image or image in stages:
        return
    hint = did_you_mean(image, stages)
    if hint:
        message = f"'{printable(image)}' is no stage here, so it is an image"
        yield GraphWarning(rule="image-like-stage", message=message, span=place, hint=hint)


def _index_of_image(source: Source) -> GraphWarning:
    message = f"'{source.name}' counts past the stages of this file and means the image '{source.image}'"
    return GraphWarning(
        rule="index-of-image", message=message, span=source.span, hint="write the image's name"
    )

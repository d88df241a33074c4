"""What the builder accepts and is likely not meant, as far as stages are concerned."""

from collections.abc import Iterable, Iterator, Mapping

from stageplan.dockerfile.instructions import Dockerfile
from stageplan.dockerfile.problems import printable
from stageplan.source import Span
from stageplan.stages.bases import SCRATCH
from stageplan.stages.bodies import Bodies
from stageplan.stages.model import GraphWarning, Source
from stageplan.stages.starts import StageStart

_SHORTEST, _LONGEST = 4, 64
_RESERVED = ("context", SCRATCH)


def graph_warnings(
    dockerfile: Dockerfile, starts: tuple[StageStart, ...], bodies: Bodies, by_name: Mapping[str, int]
) -> tuple[GraphWarning, ...]:
    """The warnings, in the order of the lines they are about."""
    found = [
        *_blank_lines(dockerfile),
        *_names(starts),
        *_platforms(starts),
        *_later_stages(starts, by_name),
        *_images(starts, bodies, by_name),
    ]
    return tuple(sorted(found, key=lambda warning: (warning.span.line, warning.span.column)))


def _blank_lines(dockerfile: Dockerfile) -> Iterator[GraphWarning]:
    for line in dockerfile.blank_lines:
        yield GraphWarning(
            rule="blank-continuation",
            message="a blank line inside a continued instruction; later frontends may refuse it",
            span=Span(path=dockerfile.path, line=line, end_line=line),
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


def _later_stages(starts: tuple[StageStart, ...], by_name: Mapping[str, int]) -> Iterator[GraphWarning]:
    """Bases that have the name of a stage which is not there yet: FROM looks up only, so they are images."""
    for start in starts:
        name = start.base.name
        if start.base.stage is None and by_name.get(name, -1) > start.text.index:
            line = starts[by_name[name]].text.start.span.line
            message = f"'{name}' is an image here: the stage of that name stands below, on line {line}"
            place = start.text.start.place_of_word(0)
            yield GraphWarning(rule="base-below", message=message, span=place, hint="move that stage above")


def _images(
    starts: tuple[StageStart, ...], bodies: Bodies, by_name: Mapping[str, int]
) -> Iterator[GraphWarning]:
    """Images of COPYs and mounts that are counted, or whose name is nearly a stage's."""
    similar = _Similar(by_name)
    for start in starts:
        for source in bodies.sources(start.text.index):
            if source.is_index_of_image:
                yield _index_of_image(source)
            elif source.image and source.image != SCRATCH and (name := similar.to(source.image)):
                message = f"'{printable(source.image)}' is no stage here, so it is an image"
                hint = f"did you mean '{name}'?"
                yield GraphWarning(rule="image-like-stage", message=message, span=source.span, hint=hint)


def _index_of_image(source: Source) -> GraphWarning:
    message = f"'{source.name}' counts past the stages of this file and means the image '{source.image}'"
    return GraphWarning(
        rule="index-of-image", message=message, span=source.span, hint="write the image's name"
    )


class _Similar:
    """Finds names that are one typing mistake away, in a time that does not depend on how many there are."""

    def __init__(self, names: Iterable[str]) -> None:
        self._by_piece = {piece: name for name in names for piece in _with_one_gone(name)}

    def to(self, word: str) -> str | None:
        """A name that differs in one character or in the order of two, or None."""
        return next(
            (self._by_piece[piece] for piece in _with_one_gone(word) if piece in self._by_piece), None
        )


def _with_one_gone(word: str) -> Iterator[str]:
    """The word, and the word without each of its characters; short words are like too many others."""
    if _SHORTEST <= len(word) <= _LONGEST:
        yield word
        for index in range(len(word)):
            yield word[:index] + word[index + 1 :]

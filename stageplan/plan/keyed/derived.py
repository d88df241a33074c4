"""The text that is built instead of the Dockerfile: the same, with stages of the plan's own added.

Nothing is taken away. A stage whose parent is given as an image no longer inherits its parent's ARG values,
so they are declared again behind its FROM.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping

from stageplan.dockerfile.instructions import StageText
from stageplan.errors import UsageError
from stageplan.plan.keyed.pieces import Pieces
from stageplan.plan.keyed.stage_names import virtual_stage

_NOWHERE = "/.stageplan-*"  # a pattern that matches nothing: to copy it needs the stage and brings no file


def derived_text(pieces: Pieces, targets: Collection[str]) -> str | None:
    """The text with the stages that are targets of the plan's own; None where the file itself serves.

    Args:
        targets: what `--target` gets in the builds of the plan.

    Raises:
        UsageError: the Dockerfile is not UTF-8.
    """
    text = pieces.work.graph.dockerfile.text
    again = {index: lines for index in pieces.reached if (lines := tuple(_declared_again(pieces, index)))}
    added = tuple(_virtual_stages(pieces, again, targets))
    if not again and not added:
        return None
    try:
        text.encode()
    except UnicodeEncodeError:
        raise UsageError(
            "keyed-encoding",
            f"'{pieces.work.options.dockerfile}' is not UTF-8",
            hint="write it as UTF-8, or take another --strategy",
        ) from None
    behind = {pieces.work.graph.dockerfile.stages[index].start.span.end_line: again[index] for index in again}
    return "\n".join((*_with(text.split("\n"), behind), *added, ""))


def _with(lines: Iterable[str], behind: Mapping[int, tuple[str, ...]]) -> Iterator[str]:
    """The lines, some with others behind them."""
    for number, line in enumerate(lines, start=1):
        yield line
        yield from behind.get(number, ())


def _declared_again(pieces: Pieces, index: int) -> Iterator[str]:
    """An ARG for each value that a stage inherits from a parent that may be given as an image."""
    parent = pieces.work.stage(index).base_stage
    if parent is None or not pieces.is_kept(parent):
        return
    values = _arguments(pieces, parent)
    for name in sorted(values):
        yield f"ARG {name}={_quoted(values[name], pieces.work.graph.dockerfile.escape)}"


def _arguments(pieces: Pieces, index: int) -> dict[str, str]:
    """The ARG values that a child of the stage inherits; a variable of ENV comes with the image."""
    stage = pieces.work.stage(index)
    found = {} if stage.base_stage is None else _arguments(pieces, stage.base_stage)
    for instruction in stage.instructions:
        if instruction.keyword == "ARG":
            found |= dict(instruction.assigns)
    return found


def _quoted(value: str, escape: str) -> str:
    """A value in double quotes, in which nothing is expanded."""
    escaped = "".join(f"{escape}{char}" if char in f'"${escape}' else char for char in value)
    return f'"{escaped}"'


def _virtual_stages(
    pieces: Pieces, again: Mapping[int, tuple[str, ...]], targets: Collection[str]
) -> Iterator[str]:
    """The lines of the plan's own stages."""
    for index in sorted(pieces.reached):
        name = pieces.work.key(index)
        if virtual_stage("prefix", name) in targets:
            yield from _prefix(pieces, index, again.get(index, ()))
        if virtual_stage("artifact", name) in targets:
            yield f"FROM scratch AS {virtual_stage('artifact', name)}"
            for path in pieces.paths(index) or ():
                yield f'COPY --from={name} ["{path}", "{path}"]'
        if virtual_stage("marker", name) in targets:
            yield f"FROM scratch AS {virtual_stage('marker', name)}"
            yield f"COPY --from={name} {_NOWHERE} /"


def _prefix(pieces: Pieces, index: int, again: tuple[str, ...]) -> Iterator[str]:
    """A stage that ends before the instruction whose inputs change."""
    dockerfile = pieces.work.graph.dockerfile
    text = dockerfile.stages[index]
    end = pieces.work.stage(index).instructions[pieces.prefix(index) or 0].span.line
    yield f"{_from(text)} AS {virtual_stage('prefix', pieces.work.key(index))}"
    yield from again
    yield from dockerfile.text.split("\n")[text.start.span.end_line : end - 1]


def _from(text: StageText) -> str:
    flags = [f"--{flag.name}={flag.value}" for flag in text.start.flags]
    return " ".join(("FROM", *flags, text.base))

"""The text that is built instead of the Dockerfile: the same, with stages of the plan's own added.

Nothing is taken away. A stage whose parent is given as an image no longer inherits its parent's ARG values,
so they are declared again behind its FROM.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping

from stageplan.dockerfile.instructions import StageText
from stageplan.errors import UsageError
from stageplan.plan.keyed.pieces import Pieces
from stageplan.plan.keyed.stage_names import virtual_stage

_LABEL = "stageplan.succeeded"
_NOWHERE = "/.stageplan-*"  # a pattern that matches nothing: to copy it needs the stage and brings no file


def derived_text(pieces: Pieces, targets: Collection[str], ahead: Mapping[int, int]) -> str | None:
    """The text with the stages that are targets of the plan's own; None where the file itself serves.

    Args:
        targets: what `--target` gets in the builds of the plan.
        ahead: by stage, how many of its first instructions are made ahead.

    Raises:
        UsageError: the text or an ARG is not UTF-8, or the value of an ARG cannot be written down.
    """
    dockerfile = pieces.work.graph.dockerfile
    again = {index: lines for index in pieces.reached if (lines := tuple(_declared_again(pieces, index)))}
    added = tuple(_virtual_stages(pieces, again, targets, ahead))
    last = dockerfile.stages[-1]
    is_named = last.name is not None or last.label not in targets
    if not again and not added and is_named:
        return None
    behind = {dockerfile.stages[index].start.span.end_line: again[index] for index in again}
    names = {} if is_named else {last.start.span.end_line: f" AS {last.label}"}
    closed = _closed(dockerfile.text.split("\n"), dockerfile.escape)
    text = "\n".join((*_with(closed, names, behind), *added, ""))
    try:
        text.encode()
    except UnicodeEncodeError:
        raise UsageError(
            "keyed-encoding",
            f"'{pieces.work.options.dockerfile}', or an argument that it reads, is not UTF-8",
            hint="write it as UTF-8, or take another --strategy",
        ) from None
    return text


def _closed(lines: list[str], escape: str) -> list[str]:
    """The lines, of which the last does not wait for another."""
    place = len(lines) - 1
    while place >= 0:
        visible = lines[place].strip()
        if visible.endswith(escape) and not visible.endswith(escape * 2):
            lines[place] = visible[:-1]
        elif visible and not visible.startswith("#"):
            break
        place -= 1
    return lines


def _with(
    lines: Iterable[str], ends: Mapping[int, str], behind: Mapping[int, tuple[str, ...]]
) -> Iterator[str]:
    """The lines, some with another end, or with others behind them."""
    for number, line in enumerate(lines, start=1):
        yield line.rstrip() + ends[number] if number in ends else line
        yield from behind.get(number, ())


def _declared_again(pieces: Pieces, index: int) -> Iterator[str]:
    """An ARG for each value that a stage inherits from a parent that may be given as an image.

    Raises:
        UsageError: a value has a line end in it.
    """
    stage, dockerfile = pieces.work.stage(index), pieces.work.graph.dockerfile
    if stage.base_stage is None or not pieces.stands_in(stage.base_stage):
        return
    given = {arg.name for arg in pieces.work.options.build_args}
    for name, value in stage.inherited:
        if name in given:  # then the builder knows the value
            yield f"ARG {name}"
        elif "\n" in value:
            raise UsageError(
                "keyed-argument",
                f"stage '{stage.label}' inherits the ARG '{name}', whose value has a line end in it",
                hint="give it a value of one line, or take another --strategy",
            )
        else:
            yield f"ARG {name}={_quoted(value, dockerfile.escape)}"


def _quoted(value: str, escape: str) -> str:
    """A value in double quotes, in which nothing is expanded."""
    escaped = "".join(f"{escape}{char}" if char in f'"${escape}' else char for char in value)
    return f'"{escaped}"'


def _virtual_stages(
    pieces: Pieces,
    again: Mapping[int, tuple[str, ...]],
    targets: Collection[str],
    ahead: Mapping[int, int],
) -> Iterator[str]:
    """The lines of the plan's own stages."""
    for index in sorted(pieces.reached):
        name = pieces.work.key(index)
        if virtual_stage("base", name) in targets:
            yield _from(pieces.work.graph.dockerfile.stages[index], virtual_stage("base", name))
        if virtual_stage("prefix", name) in targets:
            yield from _beginning(pieces, index, "prefix", pieces.prefix(index) or 0, again.get(index, ()))
        if index in ahead:
            yield from _beginning(pieces, index, "beginning", ahead[index], again.get(index, ()))
            yield from _marker("ahead", name, virtual_stage("beginning", name))
        if virtual_stage("artifact", name) in targets:
            yield f"FROM scratch AS {virtual_stage('artifact', name)}"
            for path in pieces.paths(index) or ():
                yield f'COPY --from={name} ["{path}", "{path}"]'
        if virtual_stage("marker", name) in targets:
            yield from _label(name) if pieces.keeps_layers else _marker("marker", name, name)


def _marker(form: str, name: str, stage: str) -> Iterator[str]:
    """A stage with nothing in it that needs another."""
    yield f"FROM scratch AS {virtual_stage(form, name)}"
    yield f"COPY --from={stage} {_NOWHERE} /"


def _label(name: str) -> Iterator[str]:
    """A stage with nothing in it, for who has built another before: buildah copies no pattern of nothing."""
    yield f"FROM scratch AS {virtual_stage('marker', name)}"
    yield f'LABEL {_LABEL}="{name}"'


def _beginning(pieces: Pieces, index: int, form: str, length: int, again: tuple[str, ...]) -> Iterator[str]:
    """A stage of the first instructions of another."""
    dockerfile = pieces.work.graph.dockerfile
    text = dockerfile.stages[index]
    end = pieces.work.stage(index).instructions[length].span.line
    yield _from(text, virtual_stage(form, pieces.work.key(index)))
    yield from again
    yield from dockerfile.text.split("\n")[text.start.span.end_line : end - 1]


def _from(text: StageText, name: str) -> str:
    flags = [f"--{flag.name}={flag.value}" for flag in text.start.flags]
    return " ".join(("FROM", *flags, text.base, "AS", name))

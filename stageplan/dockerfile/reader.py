"""A Dockerfile's bytes become its instructions, or the error that the builder would give."""

import re
from collections.abc import Iterable

from stageplan.dockerfile.arguments import Arguments, split_arguments
from stageplan.dockerfile.canonical import keywords_and_values
from stageplan.dockerfile.collector import paused_collector
from stageplan.dockerfile.command_line import split_command
from stageplan.dockerfile.directives import read_directives
from stageplan.dockerfile.instructions import Dockerfile, Flag, Instruction, StageText, place_in
from stageplan.dockerfile.lines import MAX_LINE_BYTES, decoded, physical_lines
from stageplan.dockerfile.problems import UnlocatedError, excerpts_of
from stageplan.dockerfile.scanner import Scan, ScannedLine, scan
from stageplan.dockerfile.validation import check_trigger, checked_instruction, stage_name
from stageplan.errors import DockerfileError
from stageplan.source import Span

_NESTED_ONBUILD = re.compile(r"^(?:ONBUILD[\t\v\f\r ]+)+", re.IGNORECASE)


@paused_collector()
def read_dockerfile(data: bytes, path: str) -> Dockerfile:
    """The instructions and stages of a Dockerfile.

    Args:
        data: the file as it is on disk; any bytes.
        path: its name, for places in errors.

    Raises:
        DockerfileError: the builder would refuse the text.
    """
    with excerpts_of(lambda: decoded(data)):
        return _read(data, path)


def _read(data: bytes, path: str) -> Dockerfile:
    """The file, or an error without the line that it is about."""
    if not data:
        raise _file_error("empty-file", "the Dockerfile cannot be empty", path)
    lines, is_cut = physical_lines(data)
    directives = read_directives(lines, path)
    scanned = scan(lines, directives.escape, path)
    arguments = _arguments(scanned, directives.escape)
    if not scanned.lines:
        raise _file_error("no-instructions", "file with no instructions", path, line=len(lines))
    if is_cut:
        raise _line_too_long(path, len(lines) + 1)
    global_args, stages = _grouped(map(_instruction, scanned.lines, arguments))
    if not stages:
        raise _file_error("no-stages", "dockerfile contains no stages to build", path)
    return Dockerfile(
        path=path,
        data=data,
        escape=directives.escape,
        syntax=directives.syntax,
        check=directives.check,
        global_args=global_args,
        stages=stages,
        blank_lines=tuple(line.logical.blank_line for line in scanned.lines if line.logical.blank_line),
    )


def read_trigger(text: str, place: Span) -> Instruction:
    """The instruction that an ONBUILD has stored, read with the default escape token.

    Args:
        text: what follows ONBUILD, with its here-documents.
        place: what errors point at, and where the instruction is said to stand.

    Raises:
        DockerfileError: the builder would refuse the trigger.
    """
    try:
        instruction = _only_instruction(text, place)
    except DockerfileError as error:
        raise DockerfileError(error.rule, error.message, span=place, hint=error.hint) from None
    return instruction


def _only_instruction(text: str, place: Span) -> Instruction:
    """The one instruction of a text; its errors have places in that text."""
    lines, is_cut = physical_lines(text.encode(errors="surrogateescape"))
    directives = read_directives(lines, place.path)
    scanned = scan(lines, directives.escape, place.path)
    arguments = _arguments(scanned, directives.escape)
    if not arguments:
        raise _file_error("no-instructions", "file with no instructions", place.path)
    if is_cut:
        raise _line_too_long(place.path, place.line)
    if len(scanned.lines) != 1:
        message = "onbuild trigger should be a single expression"
        raise UnlocatedError("onbuild", message, hint="store one instruction a line").located(place)
    keyword, words = arguments[0]
    if keyword == "FROM":
        message = "*instructions.Stage is not a command type"
        raise UnlocatedError("onbuild", message, hint="FROM cannot be stored by ONBUILD").located(place)
    try:
        return _checked(scanned.lines[0], words, keyword, place)
    except UnlocatedError as problem:
        raise problem.located(place) from None


def _arguments(scanned: Scan, escape: str) -> tuple[tuple[str, Arguments], ...]:
    """Keyword and arguments of each line.

    Raises:
        DockerfileError: arguments of a line cannot be split, or else what ended the scan.
    """
    found = keywords_and_values((line.command.keyword, line.command.value) for line in scanned.lines)
    arguments = list[tuple[str, Arguments]]()
    for line, (keyword, value) in zip(scanned.lines, found, strict=True):
        try:
            arguments.append((keyword, _line_arguments(keyword, value, escape)))
        except UnlocatedError as problem:
            raise problem.located(_place(line, problem.word)) from None
    if scanned.error:
        raise scanned.error
    return tuple(arguments)


def _line_arguments(keyword: str, value: str, escape: str) -> Arguments:
    """The arguments of a line; those of a trigger are only tried."""
    if keyword == "ONBUILD":
        trigger = split_command(_NESTED_ONBUILD.sub("", value, count=1), escape)
        split_arguments(trigger.keyword.upper(), trigger.value, escape)
    return split_arguments(keyword, value, escape)


def _instruction(line: ScannedLine, found: tuple[str, Arguments]) -> Instruction:
    keyword, arguments = found
    try:
        instruction = _checked(line, arguments, keyword, line.span)
        if keyword == "ONBUILD":
            check_trigger(split_command(instruction.value, "\\").keyword.upper())
    except UnlocatedError as problem:
        raise problem.located(_place(line, problem.word), line=line.span.line) from None
    return instruction


def _checked(line: ScannedLine, arguments: Arguments, keyword: str, span: Span) -> Instruction:
    """The instruction of a line, standing at `span`.

    Raises:
        UnlocatedError: the builder refuses it.
    """
    command = line.command
    origins = line.logical.origins if span is line.span else ()
    flags = tuple(
        Flag(
            name=flag.name,
            value=flag.value,
            span=place_in(span, origins, flag.word.start, flag.word.end),
        )
        for flag in checked_instruction(keyword, command.keyword, command.flags, arguments)
    )
    return Instruction(
        keyword=keyword,
        text=line.logical.text,
        value=command.value,
        flags=flags,
        arguments=arguments.words,
        is_json=arguments.is_json,
        pairs=arguments.pairs,
        heredocs=line.heredocs,
        span=span,
        origins=origins,
    )


def _place(line: ScannedLine, word: str) -> Span:
    """Where a word of a line stands; the whole line where it is not found."""
    bare = Instruction(
        keyword="",
        text=line.logical.text,
        value=line.command.value,
        span=line.span,
        origins=line.logical.origins,
    )
    return bare.place_of(word)


def _grouped(
    instructions: Iterable[Instruction],
) -> tuple[tuple[Instruction, ...], tuple[StageText, ...]]:
    """The ARGs before the first FROM, and the stages.

    Raises:
        DockerfileError: another instruction than ARG stands before the first FROM.
    """
    global_args = list[Instruction]()
    groups = list[list[Instruction]]()
    for instruction in instructions:
        if instruction.keyword == "FROM":
            groups.append([instruction])
        elif groups:
            groups[-1].append(instruction)
        elif instruction.keyword == "ARG":
            global_args.append(instruction)
        else:
            message = "no build stage in current context"
            hint = "only ARG may stand before the first FROM"
            raise UnlocatedError("before-from", message, hint=hint).located(instruction.span)
    stages = (
        StageText(index=index, name=stage_name(start.arguments), start=start, body=tuple(body))
        for index, (start, *body) in enumerate(groups)
    )
    return tuple(global_args), tuple(stages)


def _file_error(rule: str, message: str, path: str, line: int = 1) -> DockerfileError:
    hint = "a Dockerfile needs at least `FROM image`"
    return UnlocatedError(rule, message, hint=hint).located(Span(path=path, line=max(1, line)))


def _line_too_long(path: str, line: int) -> DockerfileError:
    message = f"dockerfile line greater than max allowed size of {MAX_LINE_BYTES}"
    return UnlocatedError("line-too-long", message, hint="break the line with continuations").located(
        Span(path=path, line=line)
    )

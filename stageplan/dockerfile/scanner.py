"""A file's lines become command lines, each with its here-documents."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from stageplan.dockerfile.arguments import split_arguments
from stageplan.dockerfile.command_line import CommandLine, split_command
from stageplan.dockerfile.heredocs import Heredoc, opened_heredocs
from stageplan.dockerfile.keywords import HEREDOC_KEYWORDS
from stageplan.dockerfile.lines import LineCursor, LogicalLine
from stageplan.dockerfile.problems import UnlocatedError
from stageplan.errors import DockerfileError
from stageplan.source import Span


class ScannedLine(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One instruction's lines.

    Attributes:
        logical: the line without continuations.
        command: its parts.
        heredocs: its here-documents.
        span: where it stands, here-documents included.
    """

    logical: LogicalLine
    command: CommandLine
    heredocs: tuple[Heredoc, ...]
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """What a file's lines are.

    Attributes:
        lines: the instructions up to the end, or up to the error.
        error: what ended the scan early, or None.
    """

    lines: tuple[ScannedLine, ...]
    error: DockerfileError | None


def scan(lines: Sequence[str], escape: str, path: str) -> Scan:
    """The instructions of a file, in order."""
    cursor = LineCursor(lines, escape)
    scanned: list[ScannedLine] = []
    while logical := cursor.logical_line():
        command = split_command(logical.text, escape)
        try:
            heredocs = _heredocs(logical.text, command, cursor, escape)
            error = None
        except UnlocatedError as problem:
            heredocs = ()
            error = problem.located(_span(logical, command, path))
        span = _span(logical, command, path, end_line=cursor.taken)
        scanned.append(ScannedLine(logical=logical, command=command, heredocs=heredocs, span=span))
        if error:
            return Scan(lines=tuple(scanned), error=error)
    return Scan(lines=tuple(scanned), error=None)


def _span(logical: LogicalLine, command: CommandLine, path: str, end_line: int = 0) -> Span:
    start = logical.origins[0]
    next_start = logical.origins[1].offset if len(logical.origins) > 1 else len(logical.text)
    width = len(logical.text[command.start : next_start].rstrip())
    return Span(
        path=path,
        line=start.line,
        column=start.column + (command.start if command.start < max(1, next_start) else 0),
        end_line=end_line or logical.end_line,
        width=max(1, width),
    )


def _heredocs(text: str, command: CommandLine, cursor: LineCursor, escape: str) -> tuple[Heredoc, ...]:
    """The here-documents of a line, their bodies taken off the file.

    Raises:
        UnlocatedError: one of them does not end.
    """
    if "<<" not in text or not _may_open_heredocs(command, escape):
        return ()
    heredocs: list[Heredoc] = []
    for heredoc in opened_heredocs(text):
        content = cursor.heredoc_body(heredoc.name, strip_tabs=heredoc.strips_tabs)
        if content is None:
            hint = f"end it with a line that holds only '{heredoc.name}'"
            raise UnlocatedError("heredoc-unterminated", "unterminated heredoc", word=heredoc.name, hint=hint)
        heredocs.append(heredoc.with_content(content))
    return tuple(heredocs)


def _may_open_heredocs(command: CommandLine, escape: str) -> bool:
    """Whether it is RUN, COPY or ADD, or ONBUILD of one of them, and not with a JSON array."""
    if command.keyword.upper() == "ONBUILD":
        command = split_command(command.value, escape)
    keyword = command.keyword.upper()
    if keyword not in HEREDOC_KEYWORDS:
        return False
    try:
        return not split_arguments(keyword, command.value, escape).is_json
    except UnlocatedError:  # the reader finds the same problem, in its turn
        return False

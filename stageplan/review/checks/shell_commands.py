"""The simple commands that a RUN starts, as far as their words can be seen without running a shell."""

import re
import shlex
from collections.abc import Iterator

from stageplan.graph import StageInstruction

_SHELLS = frozenset({"sh", "bash", "ash", "dash", "zsh"})
_PREFIXES = frozenset(
    {"!", "{", "command", "do", "elif", "else", "exec", "if", "sudo", "then", "time", "until", "while"}
)
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")
_VERSIONED = re.compile(r"(pip|python)[\d.]*")


def shell_commands(instruction: StageInstruction) -> tuple[tuple[str, ...], ...]:
    """The commands of a RUN in order, each by its words.

    The program comes first, by its bare name: `pip` for `/usr/bin/pip3`, `python -m pip` and a `sudo` before
    it. Where a quote is open, the rest of that line is left out.
    """
    return tuple(_named(words) for words in _commands(instruction) if words)


def shell_text(instruction: StageInstruction) -> str:
    """All that a RUN says, its here-documents too."""
    bodies = (heredoc.content for heredoc in instruction.instruction.heredocs)
    return "\n".join((*instruction.instruction.arguments, *bodies))


def _commands(instruction: StageInstruction) -> Iterator[tuple[str, ...]]:
    arguments = instruction.instruction.arguments
    if instruction.instruction.is_json and not (arguments and arguments[0].rpartition("/")[2] in _SHELLS):
        yield _without_prefix(arguments)
        return
    for line in shell_text(instruction).replace("\\\n", " ").splitlines():
        if not line.lstrip().startswith("#"):
            yield from map(_without_prefix, _split(line))


def _split(line: str) -> Iterator[tuple[str, ...]]:
    """The commands of one line, split where the shell ends a command."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    lexer.commenters = ""
    words = list[str]()
    try:
        for word in lexer:
            if set(word) <= set(";&|()"):
                yield tuple(words)
                words.clear()
            else:
                words.append(word)
    except ValueError:  # a quote that is closed on another line
        return
    yield tuple(words)


def _without_prefix(words: tuple[str, ...]) -> tuple[str, ...]:
    """The words from the program on: what comes before it sets variables or belongs to the shell."""
    for index, word in enumerate(words):
        if word not in _PREFIXES and not _ASSIGNMENT.match(word):
            return words[index:]
    return ()


def _named(words: tuple[str, ...]) -> tuple[str, ...]:
    program = words[0].rpartition("/")[2]
    if match := _VERSIONED.fullmatch(program):
        program = match[1]
    if program == "python" and words[1:2] == ("-m",):
        return words[2:] or (program,)
    if program == "uv" and words[1:2] == ("pip",):
        return words[1:]
    return (program, *words[1:])

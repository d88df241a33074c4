"""Words of a command as words of POSIX sh. No value can leave its quotes."""

import re
import shlex
from itertools import takewhile

from stageplan.commands.command import Command
from stageplan.commands.words import Value, Word

_PLAIN = re.compile(r"[A-Za-z0-9_@%+=:,./-]+")
_SAFE_IN_DOUBLE_QUOTES = re.compile(r"[A-Za-z0-9_@%+=:,./ -]*")


def quote(text: str) -> str:
    """The text as one word."""
    return text if _PLAIN.fullmatch(text) else shlex.quote(text)


def quote_always(text: str) -> str:
    """The text as one word in quotes, so that nobody takes it for the name of a command."""
    return f"'{text}'" if _PLAIN.fullmatch(text) else shlex.quote(text)


def shell_word(word: Word) -> str:
    """The word with `${name}` for each value, whole or, where it depends on an empty value, left out."""
    text = _quoted(word)
    return text if word.when is None else f"${{{word.when}:+{text}}}"


def shell_parts(parts: tuple[str | Value, ...]) -> str:
    """A word made of these parts."""
    return _quoted(Word(parts))


def shell_command(command: Command, *, indent: str = "") -> str:
    """The command over several lines, one word a line after the program's."""
    first, *others = command.words
    program = [shell_word(word) for word in (first, *takewhile(_is_program, others))]
    rest = [shell_word(word) for word in command.words[len(program) :]]
    environment = [f"{name}={quote(value)}" for name, value in command.environment]
    head = " ".join((*environment, *program))
    return f" \\\n{indent}    ".join((f"{indent}{head}", *rest))


def _is_program(word: Word) -> bool:
    return (
        word.when is None and len(word.parts) == 1 and re.fullmatch(r"[a-z]+", str(word.parts[0])) is not None
    )


def _quoted(word: Word) -> str:
    literals = [part for part in word.parts if isinstance(part, str)]
    if len(literals) == len(word.parts):
        text = "".join(literals)
        return shlex.quote(text) if word.when else quote(text)
    if all(_SAFE_IN_DOUBLE_QUOTES.fullmatch(text) for text in literals):
        inner = "".join(part if isinstance(part, str) else f"${{{part.name}}}" for part in word.parts)
        return f'"{inner}"'
    return "".join(
        (shlex.quote(part) if part else "") if isinstance(part, str) else f'"${{{part.name}}}"'
        for part in word.parts
    )

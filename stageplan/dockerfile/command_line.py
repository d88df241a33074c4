"""One logical line taken apart: keyword, flag words, and the rest."""

import re
from functools import cache

import msgspec

from stageplan.dockerfile.whitespace import BLANKS, SPACES

_SINGLE_BYTE_SPACES = "\t\n\v\f\r \udc85\udca0"
_SPACE_RUN = re.compile(f"[{re.escape(SPACES)}]+")


class FlagWord(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A word that starts with `--`, without its quotes and escapes.

    Attributes:
        text: the word.
        start: where it begins in the logical line.
        end: where it ends there.
    """

    text: str
    start: int
    end: int


class CommandLine(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A logical line in three parts.

    Attributes:
        keyword: the first word, as written.
        flags: the flag words.
        value: the rest, without outer white space.
        start: where the keyword begins in the logical line.
        value_start: where the value begins there.
    """

    keyword: str
    flags: tuple[FlagWord, ...]
    value: str
    start: int
    value_start: int


def split_command(text: str, escape: str) -> CommandLine:
    """The parts of a logical line; flags end at the first word that is none, or at a lone `--`."""
    trimmed = text.strip(SPACES)
    start = text.find(trimmed) if trimmed else 0
    blank = BLANKS.search(trimmed)
    if not blank:
        return CommandLine(keyword=trimmed, flags=(), value="", start=start, value_start=start + len(trimmed))
    rest = trimmed[blank.end() :]
    flags, end = _flags(rest, escape)
    value = rest[end:].strip(SPACES)
    rest_start = start + blank.end()
    return CommandLine(
        keyword=trimmed[: blank.start()],
        flags=tuple(
            FlagWord(text=word, start=rest_start + begin, end=rest_start + stop)
            for word, begin, stop in flags
        ),
        value=value,
        start=start,
        value_start=rest_start + end + (rest[end:].find(value) if value else 0),
    )


def _flags(rest: str, escape: str) -> tuple[list[tuple[str, int, int]], int]:
    """The flag words with their places, and where the rest begins.

    The builder reads flags byte by byte and takes each byte for a character, so a flag that is not ASCII
    comes out as other text than was written.
    """
    skipped = len(rest) - len(rest.lstrip(_SINGLE_BYTE_SPACES))
    if not rest.startswith("--", skipped):
        return [], skipped
    if rest.isascii():
        return _flag_words(rest, escape)
    octets = rest.encode(errors="surrogateescape")
    words, end = _flag_words(octets.decode("latin-1"), escape)

    def characters(position: int) -> int:
        return len(octets[:position].decode(errors="surrogateescape"))

    return [(word, characters(begin), characters(stop)) for word, begin, stop in words], characters(end)


def _flag_words(rest: str, escape: str) -> tuple[list[tuple[str, int, int]], int]:
    """The flag words of a text whose characters are bytes, and where the rest begins."""
    words: list[tuple[str, int, int]] = []
    at = 0
    while True:
        at = _past_spaces(rest, at)
        if not rest.startswith("--", at):
            return words, at
        word, end, is_quoted = _flag_word(rest, at, escape)
        if word == "--":
            return words, end
        if word or is_quoted:
            words.append((word, at, end))
        at = end


def _past_spaces(rest: str, at: int) -> int:
    spaces = _SPACE_RUN.match(rest, at)
    return spaces.end() if spaces else at


def _flag_word(rest: str, at: int, escape: str) -> tuple[str, int, bool]:
    """One flag word without quotes and escapes, where it ends, and whether any of it was quoted."""
    word: list[str] = []
    quote = ""
    is_quoted = False
    plain = _plain_run(escape)
    while at < len(rest):
        if run := plain.match(rest, at):
            word.append(run[0])
            at = run.end()
            continue
        char = rest[at]
        if not quote and char in SPACES:
            break
        at += 1
        if char == quote:
            quote = ""
        elif not quote and char in "'\"":
            quote = char
            is_quoted = True
        elif char != escape:
            word.append(char)
        elif at < len(rest):
            word.append(rest[at])
            at += 1
    return "".join(word), at, is_quoted


@cache
def _plain_run(escape: str) -> re.Pattern[str]:
    """What means itself in a flag, quoted or not."""
    return re.compile(rf"[^{re.escape(SPACES + escape)}'\"]+")

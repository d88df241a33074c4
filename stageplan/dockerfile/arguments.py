"""The arguments of an instruction: JSON arrays, plain words, quoted words, names with values."""

import json
import math
import re
from typing import Any, NoReturn

import msgspec

from stageplan.dockerfile.problems import UnlocatedError
from stageplan.dockerfile.quoting import quoted
from stageplan.dockerfile.whitespace import BLANKS, SPACES, words_at_blanks

_MAYBE_JSON_LIST = frozenset({"ADD", "COPY", "VOLUME"})
_MAYBE_JSON = frozenset({"CMD", "ENTRYPOINT", "RUN", "SHELL"})
_BLANK_SEPARATED = frozenset({"EXPOSE", "FROM"})
_SURROGATES = re.compile(r"[\ud800-\udfff]")
_ASCII_SPACE = re.compile(r"[\t\n\v\f\r ]")
_SPACE_CLASS = re.escape(SPACES)


class Pair(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A name, and the value it is given.

    Attributes:
        name: the name as written.
        value: the text after `=`, quotes and variables still in it; None where there is no `=` (ARG).
    """

    name: str
    value: str | None


class Arguments(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What follows the flags.

    Attributes:
        words: the words; one for an instruction that takes its text whole.
        is_json: they were written as a JSON array.
        pairs: what ARG, ENV and LABEL name.
    """

    words: tuple[str, ...]
    is_json: bool = False
    pairs: tuple[Pair, ...] = ()


def split_arguments(keyword: str, value: str, escape: str) -> Arguments:
    """The arguments of an instruction; none for an unknown one.

    Raises:
        UnlocatedError: a JSON array holds something else than strings, or a name has no value.
    """
    if keyword in _MAYBE_JSON_LIST:
        return _json_words(value) or Arguments(words=words_at_blanks(value))
    if keyword in _MAYBE_JSON:
        return _json_words(value) or _whole(value)
    if keyword in _BLANK_SEPARATED:
        return Arguments(words=words_at_blanks(value))
    if keyword in ("ENV", "LABEL"):
        return _assignments(keyword, value, escape)
    if keyword == "ARG":
        words = quoted_words(value, escape)
        return Arguments(words=words, pairs=tuple(map(_declaration, words)))
    if keyword == "HEALTHCHECK":
        return _health_check(value)
    return _whole(value)


def quoted_words(text: str, escape: str) -> tuple[str, ...]:
    """The words of a text, split at white space that is neither quoted nor escaped; quotes and escapes stay.

    An escape token at the very end vanishes.
    """
    words: list[str] = []
    word: list[str] = []
    for match in _word_pieces(escape).finditer(_SURROGATES.sub("\ufffd", text)):
        if match.lastgroup == "piece":
            word.append(match[0])
        elif match["open"]:
            word.append(match["open"])
        elif match.lastgroup == "blank" and word:
            words.append("".join(word))
            word.clear()
    return (*words, "".join(word)) if word else tuple(words)


_PIECES: dict[str, re.Pattern[str]] = {}


def _word_pieces(escape: str) -> re.Pattern[str]:
    """What a text is made of: blanks, pieces of words, and a piece that the end of the text leaves open."""
    if escape not in _PIECES:
        token = re.escape(escape)
        _PIECES[escape] = re.compile(
            rf"(?P<blank>[{_SPACE_CLASS}]+)"
            rf"|(?P<end>{token}\Z)"
            rf"|(?P<open>\"(?:[^\"{token}]++|{token}.)*+)(?P<dangling>{token})?\Z"
            rf"|(?P<piece>{token}.|'[^']*+(?:'|\Z)|\"(?:[^\"{token}]++|{token}.)*+\"|[^{_SPACE_CLASS}'\"{token}]+)",
            re.DOTALL,
        )
    return _PIECES[escape]


def _whole(value: str) -> Arguments:
    return Arguments(words=(value,) if value else ())


def _declaration(word: str) -> Pair:
    name, equals, value = word.partition("=")
    return Pair(name=name, value=value if equals else None)


def _assignments(keyword: str, value: str, escape: str) -> Arguments:
    """`NAME=value ...`, or the old form `NAME rest of the line`."""
    words = quoted_words(value, escape)
    if words and "=" not in words[0]:
        name, *rest = BLANKS.split(value, maxsplit=1)
        if not rest:
            message = f"{keyword} must have two arguments"
            raise UnlocatedError("arity", message, hint=f"write `{keyword} NAME=value`")
        return Arguments(words=words, pairs=(Pair(name=name, value=rest[0]),))
    for word in words:
        if "=" not in word:
            message = f"Syntax error - can't find = in {quoted(word)}. Must be of the form: name=value"
            raise UnlocatedError("assignment", message, word=word, hint="quote a value that has blanks in it")
    return Arguments(words=words, pairs=tuple(map(_declaration, words)))


def _health_check(value: str) -> Arguments:
    """The kind of the check, then its command, which may be a JSON array."""
    kind = _ASCII_SPACE.split(value, maxsplit=1)[0]
    if not kind:
        return Arguments(words=())
    command = value[len(kind) :].lstrip(SPACES)
    parsed = _json_words(command) or _whole(command)
    return Arguments(words=(kind, *parsed.words), is_json=parsed.is_json)


def _json_words(value: str) -> Arguments | None:
    """The strings of a JSON array, or None where the text is no JSON array.

    Raises:
        UnlocatedError: it is one, but not of strings only.
    """
    if not value.startswith("["):
        return None
    try:
        items = json.loads(value, parse_int=_number, parse_float=_number, parse_constant=_not_json)
    except (ValueError, RecursionError):
        return None
    if not all(isinstance(item, str) for item in items):
        message = "when using JSON array syntax, arrays must be comprised of strings only"
        raise UnlocatedError("json-strings", message, word=value, hint="put every item in double quotes")
    return Arguments(words=tuple(_SURROGATES.sub("\ufffd", item) for item in items), is_json=True)


def _number(digits: str) -> Any:
    """The number, as the builder reads it: one that no 64-bit float holds is no JSON to it."""
    number = float(digits)
    return _not_json(digits) if math.isinf(number) else number


def _not_json(text: str) -> NoReturn:
    raise ValueError(text)

"""Variables in words: quotes, escapes and `$names` as the builder reads them in instructions."""

import re
from collections.abc import Mapping

import msgspec

from stageplan.dockerfile.shell_lexer import ExpansionError, ShellLexer
from stageplan.dockerfile.word_splitter import WordSplitter

__all__ = ["Expansion", "ExpansionError", "expand", "expand_to_words", "expand_with_names"]

_SPECIAL = re.compile(r"[$'\"\\`\ufeff\ud800-\udfff]")


class Expansion(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An expanded word.

    Attributes:
        text: what the word means.
        used: the variables that it asked for and that were set.
        unset: the variables that it asked for and that were not.
    """

    text: str
    used: frozenset[str]
    unset: frozenset[str]


def expand(
    word: str,
    env: Mapping[str, str],
    *,
    escape: str = "\\",
    keep_unset: bool = False,
    literal_quotes: bool = False,
    raw_quotes: bool = False,
    raw_escapes: bool = False,
) -> str:
    """The word without quotes and escapes, its variables replaced.

    Args:
        word: the text as it stands in the instruction.
        env: the variables that are set.
        escape: the escape token, one character.
        keep_unset: a variable that is not set stays as it is written, instead of vanishing.
        literal_quotes: quotes are characters like any other.
        raw_quotes: quotes do their work and stay in the text.
        raw_escapes: escape tokens do their work and stay in the text.

    Raises:
        ExpansionError: a quote or a brace is open, a `${...}` form is unknown, or a variable is required.
    """
    return expand_with_names(
        word,
        env,
        escape=escape,
        keep_unset=keep_unset,
        literal_quotes=literal_quotes,
        raw_quotes=raw_quotes,
        raw_escapes=raw_escapes,
    ).text


def is_plain(word: str) -> bool:
    """The word means itself: it has no quote, no escape token and no variable."""
    return not _SPECIAL.search(word)


def expand_with_names(
    word: str,
    env: Mapping[str, str],
    *,
    escape: str = "\\",
    keep_unset: bool = False,
    literal_quotes: bool = False,
    raw_quotes: bool = False,
    raw_escapes: bool = False,
) -> Expansion:
    """What `expand` gives, and which variables the word asked for.

    Raises:
        ExpansionError: as `expand` does.
    """
    if is_plain(word):
        return Expansion(text=word, used=frozenset(), unset=frozenset())
    lexer = ShellLexer(
        word=word,
        env=env,
        escape=escape,
        keep_unset=keep_unset,
        literal_quotes=literal_quotes,
        raw_quotes=raw_quotes,
        raw_escapes=raw_escapes,
    )
    lexer.run()
    return Expansion(text="".join(lexer.out), used=frozenset(lexer.used), unset=frozenset(lexer.unset))


def expand_to_words(
    word: str,
    env: Mapping[str, str],
    *,
    escape: str = "\\",
    keep_unset: bool = True,
    raw_quotes: bool = True,
    raw_escapes: bool = True,
) -> tuple[str, ...]:
    """The words of a line, its variables replaced: split at white space that is neither quoted nor escaped.

    White space between `<<` and what follows belongs to the word, for here-documents are found with this.

    Raises:
        ExpansionError: as `expand` does.
    """
    splitter = WordSplitter()
    lexer = ShellLexer(
        word=word,
        env=env,
        escape=escape,
        keep_unset=keep_unset,
        raw_quotes=raw_quotes,
        raw_escapes=raw_escapes,
        splitter=splitter,
    )
    lexer.run()
    splitter.end_word()
    return tuple(splitter.words)

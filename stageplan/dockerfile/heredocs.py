"""Here-documents: which words of an instruction open one."""

import re
from dataclasses import dataclass, replace

from stageplan.dockerfile.variables import ExpansionError, expand_to_words

_OPENING = re.compile(r"([0-9]*)<<(-?)[\t\n\f\r ]*([^<]*)")
_LEADING_TABS = re.compile(r"^\t+", re.MULTILINE)
_LARGEST_DESCRIPTOR = 2**64 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Heredoc:
    """A here-document of an instruction.

    Attributes:
        name: the word that ends it; a COPY gives the file this name.
        content: the lines before that word, as they stand in the file.
        expands: the word had no quotes, so variables in the content count (in COPY and ADD).
        strips_tabs: it was opened with `<<-`.
        descriptor: the number before `<<`; 0 where there is none.
    """

    name: str
    content: str = ""
    expands: bool
    strips_tabs: bool
    descriptor: int = 0

    @property
    def file_content(self) -> str:
        """What a COPY or ADD writes, before variables are replaced."""
        return _LEADING_TABS.sub("", self.content) if self.strips_tabs else self.content

    def with_content(self, content: str) -> "Heredoc":
        """This here-document with its lines."""
        return replace(self, content=content)

    def written(self, content: str) -> "Heredoc":
        """The file that it becomes, with nothing left to strip or expand."""
        return replace(self, content=content, strips_tabs=False, expands=False)


def opened_heredocs(text: str) -> tuple[Heredoc, ...]:
    """The here-documents that a logical line opens, in order, still empty.

    A line that cannot be split into words opens none.
    """
    try:
        return tuple(heredoc for word in expand_to_words(text, {}) if (heredoc := _heredoc(word)))
    except ExpansionError:
        return ()


def heredoc_of(word: str) -> Heredoc | None:
    """The here-document that a source or destination of COPY or ADD stands for, or None."""
    if "<<" not in word:
        return None
    try:
        return _heredoc(word)
    except ExpansionError:
        return None


def _heredoc(word: str) -> Heredoc | None:
    opening = _OPENING.fullmatch(word)
    if not opening or not opening[3]:
        return None
    names = expand_to_words(opening[3], {}, raw_quotes=False, raw_escapes=False)
    if len(names) != 1:
        return None
    raw_names = expand_to_words(opening[3], {}, raw_escapes=False)
    return Heredoc(
        name=names[0],
        expands=_quotes(names[0]) == _quotes(raw_names[0]),
        strips_tabs=opening[2] == "-",
        descriptor=_descriptor(opening[1]),
    )


def _quotes(word: str) -> int:
    return word.count("'") + word.count('"')


def _descriptor(digits: str) -> int:
    """The number; the largest there is where it is larger."""
    significant = digits.lstrip("0")
    if len(significant) > len(str(_LARGEST_DESCRIPTOR)):
        return _LARGEST_DESCRIPTOR
    return min(int(significant or "0"), _LARGEST_DESCRIPTOR)

"""The errors of this room: what the builder says about a text, with the place it means."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from stageplan.errors import DockerfileError
from stageplan.source import Span, excerpt

_UNDECODED = re.compile(r"[\ud800-\udfff]")


class UnlocatedError(ValueError):
    """Something that the builder refuses, found by a function that does not know where its text stands.

    Attributes:
        rule: the short name under which docs/errors.md explains it.
        message: what the builder says.
        word: the piece of the instruction that it is about; "" for all of it.
        hint: what to do about it, or None.
    """

    def __init__(self, rule: str, message: str, *, word: str = "", hint: str | None = None) -> None:
        super().__init__(message)
        self.rule = rule
        self.message = message
        self.word = word
        self.hint = hint

    def located(self, span: Span, *, line: int | None = None) -> DockerfileError:
        """The error that a user sees.

        Args:
            span: what the error is about.
            line: where the instruction begins, for the errors in which the builder names that line.
        """
        prefix = "" if line is None else f"dockerfile parse error on line {line}: "
        message = printable(prefix + self.message)
        return DockerfileError(self.rule, message, span=span, hint=self.hint and printable(self.hint))


@contextmanager
def excerpts_of(text: Callable[[], str]) -> Iterator[None]:
    """Nothing; errors that pass through get the line they are about.

    Args:
        text: gives the file, when an error asks for it.
    """
    try:
        yield
    except DockerfileError as error:
        if error.span and not error.excerpt:
            error.excerpt = printable(excerpt(text(), error.span))
        raise


def printable(text: str) -> str:
    """The text with U+FFFD for each byte that was not UTF-8, so that it can be written anywhere."""
    return _UNDECODED.sub("\ufffd", text)

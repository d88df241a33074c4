"""Every way in which a user can fail, one class a family, each with its exit code."""

from collections.abc import Iterable
from typing import ClassVar

from stageplan.source import Span


class StageplanError(Exception):
    """What is wrong, where, and what to do about it; formatted once, by the CLI.

    Attributes:
        rule: the short name under which docs/errors.md explains it.
        message: what is wrong, lower case, the user's words in quotes, no full stop.
        span: where it is, or None where it has no place in a file.
        hint: what to do about it, or None.
        excerpt: the line it is on with carets under it, or "".
    """

    exit_code: ClassVar[int]

    def __init__(
        self, rule: str, message: str, *, span: Span | None = None, hint: str | None = None, excerpt: str = ""
    ) -> None:
        super().__init__(message)
        self.rule = rule
        self.message = message
        self.span = span
        self.hint = hint
        self.excerpt = excerpt

    def __str__(self) -> str:
        place = f"{self.span}: " if self.span else ""
        lines = [f"{place}error[{self.rule}]: {self.message}"]
        if self.excerpt:
            lines.append(self.excerpt)
        if self.hint:
            lines.append(f"hint: {self.hint}")
        return "\n".join(lines)


class UsageError(StageplanError):
    """An option, a settings file or a plan file is wrong, or a file cannot be read or written."""

    exit_code = 2


class DockerfileError(StageplanError):
    """The build would refuse this Dockerfile."""

    exit_code = 3


class StepError(StageplanError):
    """A step of a plan failed while it ran."""

    exit_code = 4


class UnreachableError(StageplanError):
    """The engine or the registry did not answer, or refused."""

    exit_code = 5


EXIT_BUG = 70
EXIT_INTERRUPTED = 130


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """A hint that names the nearest known word, or None where none is within two edits."""
    best = min(((_edits(word.lower(), name.lower()), name) for name in known), default=None)
    if best is None or best[0] > min(2, max(1, len(word) // 2)):
        return None
    return f"did you mean '{best[1]}'?"


def _edits(left: str, right: str) -> int:
    """How many single-character changes turn one word into the other (Levenshtein)."""
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, start=1):
        previous, row[0] = row[0], i
        for j, b in enumerate(right, start=1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (a != b))
    return row[-1]

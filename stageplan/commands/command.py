"""One command of a plan: its words, and what its process finds in the environment."""

from dataclasses import dataclass

from stageplan.commands.words import Word


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command as script and run issue it.

    Attributes:
        words: the program and its arguments.
        environment: variables that are set for it, `(name, value)`.
    """

    words: tuple[Word, ...]
    environment: tuple[tuple[str, str], ...] = ()

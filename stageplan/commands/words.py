"""Words of a command line that hold values which a script's environment may change."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from stageplan.plan.locations import pieces


@dataclass(frozen=True, slots=True)
class Value:
    """A place in a word where a named value goes."""

    name: str


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a command.

    Attributes:
        parts: its text, with the places of values.
        when: the word is left out where this value is empty; None: it always stands.
    """

    parts: tuple[str | Value, ...]
    when: str | None = None


def word(*parts: str | Value, when: str | None = None) -> Word:
    """A word of these parts."""
    return Word(parts, when)


def words(*texts: str) -> tuple[Word, ...]:
    """One word for each text."""
    return tuple(Word((text,)) for text in texts)


def located(location: str, *, scope: str = "scope") -> tuple[str | Value, ...]:
    """The parts of a location.

    Args:
        location: as in the plan.
        scope: the value that stands for `{scope}`: the plan's own, or that of a cache source.
    """
    parts: list[str | Value] = []
    for literal, name in pieces(location):
        if literal:
            parts.append(literal)
        if name:
            parts.append(Value(scope if name == "scope" else name))
    return tuple(parts)


def fill(command: Iterable[Word], values: Mapping[str, str]) -> tuple[str, ...]:
    """The words as a process gets them.

    Args:
        values: by name; each that a word holds or depends on must be there.
    """
    return tuple(
        "".join(part if isinstance(part, str) else values[part.name] for part in word.parts)
        for word in command
        if word.when is None or values[word.when]
    )

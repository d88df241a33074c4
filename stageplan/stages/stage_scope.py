"""The variables that the instructions of one stage see."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from stageplan.dockerfile.variables import (
    Expansion,
    ExpansionError,
    expand_to_words,
    expand_with_names,
    is_plain,
)

DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
NOT_VARIABLES = frozenset({"BUILDKIT_SBOM_SCAN_CONTEXT", "BUILDKIT_SBOM_SCAN_STAGE"})
"""ARGs that steer the builder itself; no instruction sees them."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class InheritedArguments:
    """The ARG values that a stage begins with: those that no image keeps, in the order they were first set.

    A stage holds only what the stage below it changed, so a long line of stages stays small.

    Attributes:
        below: what the stage below begins with; None for one that starts from an image.
        changes: names and values of its own ARGs; None for a value that its image keeps from there on.
    """

    below: "InheritedArguments | None" = field(default=None, repr=False)
    changes: tuple[tuple[str, str | None], ...] = ()

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Names and values."""
        found: dict[str, str] = {}
        for name, value in (change for node in reversed(tuple(self._nodes())) for change in node.changes):
            if value is None:
                found.pop(name, None)
            else:
                found[name] = value
        return iter(found.items())

    def _nodes(self) -> "Iterator[InheritedArguments]":
        node: InheritedArguments | None = self
        while node is not None:
            yield node
            node = node.below


@dataclass(slots=True, kw_only=True)
class StageScope:
    """Variables of a stage while its instructions are read one after the other.

    Attributes:
        variables: the names that have a value.
        image_variables: those of them that the stage's image will keep, which come from ENV and the base
            image.
        unknown: names whose value is made from one that only an unseen base image knows.
        base_is_known: no base image that nobody has looked at is below this stage.
        inherited: the ARG values that the stage began with.
        changes: how its instructions changed those.
        covered: names whose value in the image an ARG hides until the end of the stage.
    """

    variables: dict[str, str] = field(default_factory=dict)
    image_variables: dict[str, str] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)
    base_is_known: bool
    inherited: InheritedArguments = field(default_factory=InheritedArguments)
    changes: list[tuple[str, str | None]] = field(default_factory=list)
    covered: set[str] = field(default_factory=set)

    def expand(self, word: str, escape: str, read_unknown: set[str], *, literal_quotes: bool = False) -> str:
        """The word with its variables replaced; those it reads whose value is unknown join `read_unknown`.

        Where only an unknown variable makes the word wrong, as in `${HOME:?}`, it stays as it is written.

        Raises:
            ExpansionError: the word cannot be expanded.
        """
        if is_plain(word):
            return word
        try:
            expansion = expand_with_names(word, self.variables, escape=escape, literal_quotes=literal_quotes)
        except ExpansionError:
            if self.base_is_known and not self.unknown:
                raise
            known = {name: value for name, value in self.variables.items() if name not in self.unknown}
            expansion = expand_with_names(
                word, known, escape=escape, literal_quotes=literal_quotes, keep_unset=True
            )
            read_unknown.update(expansion.unset)
        read_unknown.update(self._unknown_of(expansion))
        return expansion.text

    def expand_to_words(self, word: str, escape: str, read_unknown: set[str]) -> tuple[str, ...]:
        """The words that a word with variables becomes, as `expand` does it.

        Raises:
            ExpansionError: the word cannot be expanded.
        """
        text = self.expand(word, escape, read_unknown)
        if read_unknown:
            return (text,)
        return expand_to_words(
            word, self.variables, escape=escape, keep_unset=False, raw_quotes=False, raw_escapes=False
        )

    def assign(self, name: str, value: str, *, is_unknown: bool, in_image: bool) -> None:
        """Gives a name a value, for what follows in this stage and in those that start from it."""
        if in_image:
            if name in self.variables and name not in self.image_variables:
                self.changes.append((name, None))
            self.image_variables[name] = value
            self.covered.discard(name)
        elif name in self.image_variables:
            self.covered.add(name)
        else:
            self.changes.append((name, value))
        self.variables[name] = value
        if is_unknown:
            self.unknown.add(name)
        else:
            self.unknown.discard(name)

    def child(self, *, last: bool) -> "StageScope":
        """The scope with which a stage begins that starts from this one.

        Args:
            last: no other stage will ask, so nothing needs to be copied.
        """
        scope = self if last else self._copy()
        if self.changes:
            scope.inherited = InheritedArguments(below=self.inherited, changes=tuple(self.changes))
        for name in self.covered:
            scope.variables[name] = scope.image_variables[name]
        scope.changes, scope.covered = [], set()
        return scope

    def _copy(self) -> "StageScope":
        return StageScope(
            variables=dict(self.variables),
            image_variables=dict(self.image_variables),
            unknown=set(self.unknown),
            base_is_known=self.base_is_known,
            inherited=self.inherited,
        )

    def _unknown_of(self, expansion: Expansion) -> frozenset[str]:
        unset = frozenset() if self.base_is_known else expansion.unset
        return unset | (expansion.used & self.unknown)


def image_scope(environment: Mapping[str, str] | None, os: str) -> StageScope:
    """The scope of a stage that starts from an image.

    Args:
        environment: the image's variables; None where nobody has looked.
        os: what the stage is built for; every system but Windows gets a PATH.
    """
    if environment is None:
        return StageScope(base_is_known=False)
    variables = dict(environment)
    if os != "windows":
        variables.setdefault("PATH", DEFAULT_PATH)
    return StageScope(variables=variables, image_variables=dict(variables), base_is_known=True)

"""The variables that the instructions of one stage see."""

from collections.abc import Mapping
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


@dataclass(slots=True, kw_only=True)
class StageScope:
    """Variables of a stage while its instructions are read one after the other.

    Attributes:
        variables: the names that have a value.
        image_variables: those of them that the stage's image will keep, which come from ENV and the base
            image.
        unknown: names whose value is made from one that only an unseen base image knows.
        base_is_known: no base image that nobody has looked at is below this stage.
    """

    variables: dict[str, str] = field(default_factory=dict)
    image_variables: dict[str, str] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)
    base_is_known: bool

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
        self.variables[name] = value
        if in_image:
            self.image_variables[name] = value
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
        scope.variables.update(scope.image_variables)
        return scope

    @property
    def arguments(self) -> tuple[tuple[str, str], ...]:
        """The variables that no image keeps, in the order in which they were first set."""
        return tuple(
            (name, value) for name, value in self.variables.items() if name not in self.image_variables
        )

    def _copy(self) -> "StageScope":
        return StageScope(
            variables=dict(self.variables),
            image_variables=dict(self.image_variables),
            unknown=set(self.unknown),
            base_is_known=self.base_is_known,
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

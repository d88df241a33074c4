"""Why a tag may not go, and why it may: one function a reason, each a sentence or None."""

from collections.abc import Iterable, Mapping
from typing import Final

from stageplan.retention.facts import Facts, Tagged
from stageplan.retention.names import RECORD, Foreign, KeyRef, Name, Plain, ScopeRef, read_name
from stageplan.retention.rules import Rules, Scopes

_UNKNOWN: Final = "nobody knows how old it is"
_UNITS: Final = (("d", 86_400), ("h", 3600), ("min", 60), ("s", 1))


def age_text(seconds: float) -> str:
    """`41 d`, `3 h`, `12 min`, `5 s`, in the largest unit that is there at least once."""
    unit, length = next(((unit, length) for unit, length in _UNITS if seconds >= length), _UNITS[-1])
    return f"{int(seconds // length)} {unit}"


class Reasons:
    """Why each tag goes or stays, as far as it can be said of the tag alone."""

    def __init__(self, facts: Facts, rules: Rules) -> None:
        self._facts = facts
        self._rules = rules
        self._scopes = Scopes(rules)
        read = {tagged: read_name(tagged.tag) for tagged in facts.tags}
        known = {name.scope for name in read.values() if isinstance(name, ScopeRef)}
        self._digests = {tagged.digest for tagged in facts.tags}
        self.names = {tagged: self._own_or_foreign(name, known) for tagged, name in read.items()}

    def keeps(self, tagged: Tagged) -> str | None:
        """Why no rule reaches the tag, or None."""
        name = self.names[tagged]
        if isinstance(name, Foreign):
            return name.why
        if not isinstance(name, KeyRef) and (kept := self._scopes.kept(name.scope)):
            return kept
        return self._is_named(tagged, name) or self._is_of_image(name) or self._is_young(tagged)

    def reached(self) -> dict[Tagged, str]:
        """The tags that a scope, an age or a count lets go, each with the reason; keys but for their age."""
        free = [tagged for tagged in self._facts.tags if self.keeps(tagged) is None]
        found: dict[Tagged, str] = {}
        for tagged in free:
            reason = self._of_gone_scope(tagged) or self._too_old(tagged)
            if reason:
                found[tagged] = reason
        return {**self._too_many(found), **found}

    def stays(self, tagged: Tagged) -> str:
        """Why a tag stays that nothing keeps and no rule reaches."""
        name = self.names[tagged]
        if isinstance(name, ScopeRef | Plain) and (living := self._scopes.still_there(name.scope)):
            return living
        if isinstance(name, Plain):
            return "an image goes with its scope alone"
        if self._rules.older_than is not None and self._facts.made(tagged) is None:
            return _UNKNOWN
        return "no rule reaches it"

    def is_cache(self, tagged: Tagged) -> bool:
        """Whether age, count and size apply to it; an image that people deploy goes with its scope alone."""
        return isinstance(self.names[tagged], ScopeRef | KeyRef)

    def is_ours(self, tagged: Tagged) -> bool:
        """Whether stageplan made the tag."""
        return not isinstance(self.names[tagged], Foreign)

    def by_age(self, tagged: Tagged) -> tuple[float, Tagged]:
        """The oldest first; what does not say how old it is comes last."""
        made = self._facts.made(tagged)
        return (float("inf") if made is None else made), tagged

    def _own_or_foreign(self, name: Name, known: Iterable[str]) -> Name:
        """A word that could be anybody's is ours where its scope has refs that are, or is named."""
        if isinstance(name, Plain) and name.scope not in known and not self._scopes.named(name.scope):
            return Foreign(why="no cache has its scope, so it may be anybody's")
        return name

    def _is_named(self, tagged: Tagged, name: Name) -> str | None:
        rules = self._rules
        key = rules.kept_keys.get(name.key) if isinstance(name, KeyRef) else None
        return key or rules.kept_refs.get(tagged.ref) or rules.kept_digests.get(tagged.digest)

    def _is_of_image(self, name: Name) -> str | None:
        """Why what an image was made of stays, or None."""
        if not isinstance(name, KeyRef) or name.form != RECORD or f"sha256:{name.key}" not in self._digests:
            return None
        return "the image is there that it tells of"

    def _is_young(self, tagged: Tagged) -> str | None:
        age = self._rules.age(self._facts.made(tagged))
        if age is None or age >= self._rules.grace:
            return None
        return f"it was made {age_text(age)} ago, and a build may be at it"

    def _of_gone_scope(self, tagged: Tagged) -> str | None:
        name = self.names[tagged]
        return self._scopes.gone(name.scope) if isinstance(name, ScopeRef | Plain) else None

    def _too_old(self, tagged: Tagged) -> str | None:
        age, limit = self._rules.age(self._facts.made(tagged)), self._rules.older_than
        if limit is None or age is None or age <= limit or not self.is_cache(tagged):
            return None
        return f"older than {age_text(limit)}"

    def _too_many(self, going: Mapping[Tagged, str]) -> dict[Tagged, str]:
        """The oldest refs of each stage that has more than it may; what is kept counts, and stays."""
        limit = self._rules.keep
        if limit is None:
            return {}
        refs: dict[tuple[str, str], list[Tagged]] = {}
        for tagged, name in self.names.items():
            if isinstance(name, ScopeRef) and tagged not in going:
                refs.setdefault((tagged.repository, name.stage), []).append(tagged)
        found: dict[Tagged, str] = {}
        for of_stage in refs.values():
            free = sorted((tagged for tagged in of_stage if self.keeps(tagged) is None), key=self.by_age)
            excess = min(len(of_stage) - limit, len(free))
            found |= dict.fromkeys(free[: max(0, excess)], f"one of more than {limit} of its stage")
        return found

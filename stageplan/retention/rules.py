"""What the user wants to be kept, and what may go."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from stageplan.plan.scope import slug


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Limits, and what none of them reaches; what is beyond any limit goes.

    Attributes:
        now: seconds since 1970.
        scopes: names of the scopes that go.
        living: names of the branches and tags that exist, whose scopes do not go; None: nobody asked.
        gone: whether the scopes go that no living name has.
        kept_scopes: names of the scopes that stay, or patterns of them: the default branch, above all.
        older_than: seconds that caches and images by key may be old.
        keep: how many refs each stage may have.
        max_size: bytes that caches and images may take in all.
        grace: seconds in which nothing goes after it was made.
        kept_refs: refs that stay, each with the reason.
        kept_digests: digests that stay, each with the reason.
        kept_keys: keys whose images stay, each with the reason.
    """

    now: float
    scopes: tuple[str, ...] = ()
    living: tuple[str, ...] | None = None
    gone: bool = False
    kept_scopes: tuple[str, ...] = ()
    older_than: int | None = None
    keep: int | None = None
    max_size: int | None = None
    grace: int = 0
    kept_refs: Mapping[str, str] = field(default_factory=dict)
    kept_digests: Mapping[str, str] = field(default_factory=dict)
    kept_keys: Mapping[str, str] = field(default_factory=dict)

    def age(self, made: float | None) -> float | None:
        """How old what was made then is now; None: unknown."""
        return None if made is None else max(0.0, self.now - made)


class Scopes:
    """What becomes of scopes, by their slugs: names that share one share their refs, and so their fate."""

    def __init__(self, rules: Rules) -> None:
        self._going = {slug(name): name for name in rules.scopes}
        self._living = None if rules.living is None else {slug(name): name for name in rules.living}
        self._kept = {slug(name): name for name in rules.kept_scopes}
        self._patterns = tuple(name for name in rules.kept_scopes if "*" in name)
        self._others_go = rules.gone and rules.living is not None

    def named(self, scope: str) -> bool:
        """Whether the user named it as one that goes."""
        return scope in self._going

    def kept(self, scope: str) -> str | None:
        """Why nothing of the scope goes, or None."""
        if scope in self._kept:
            return f"scope '{self._kept[scope]}' is kept"
        pattern = next((each for each in self._patterns if fnmatchcase(scope, each)), None)
        return f"scope '{pattern}' is kept" if pattern else None

    def gone(self, scope: str) -> str | None:
        """Why the scope goes, or None; one whose branch or tag is still there does not."""
        if self._living is not None and scope in self._living:
            return None
        if scope in self._going:
            return f"scope '{self._going[scope]}' goes"
        return "no branch or tag has this scope" if self._others_go else None

    def still_there(self, scope: str) -> str | None:
        """Why a scope that the user named stays, or None."""
        if self._living is None or scope not in self._going or scope not in self._living:
            return None
        return f"'{self._living[scope]}' is still a branch or tag"

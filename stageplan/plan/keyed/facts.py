"""What the planner is told about keys and about what is in the registry."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from stageplan.keys.model import StageKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """An image that is in the registry.

    Attributes:
        digest: of its manifest.
        size: compressed bytes of its layers; 0 for an index.
        config: digest of its configuration; None for an index.
    """

    digest: str
    size: int
    config: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyedFacts:
    """What is known before a keyed plan is made.

    Attributes:
        keys: of every stage, in file order.
        present: what lies at a location, for those where something does.
        old: stages of which an image is there that is older than it may be.
        lowest_layers: by stage, the lowest layer of the image that it starts from, where that is known.
    """

    keys: tuple[StageKey, ...]
    present: Mapping[str, Present] = field(default_factory=dict)
    old: frozenset[int] = frozenset()
    lowest_layers: Mapping[int, str] = field(default_factory=dict)

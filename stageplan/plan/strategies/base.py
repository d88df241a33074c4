"""What every strategy is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from stageplan.plan.facts import EngineFacts
from stageplan.plan.model import Builder, Engine, StageDecision, Step
from stageplan.plan.options import PlanOptions
from stageplan.plan.work import Work

Store = Literal["cache_image", "cache_dir", "service"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a strategy makes of the work.

    Attributes:
        steps: the sequence.
        decisions: what becomes of each stage, in file order.
        derived: the text that is built instead of the Dockerfile; None: the Dockerfile itself.
    """

    steps: tuple[Step, ...]
    decisions: tuple[StageDecision, ...]
    derived: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Strategy:
    """A way to keep what was built.

    Attributes:
        name: the word for `--strategy`.
        summary: what it stores, in a sentence.
        backend: the cache backend whose options it takes; None: it takes none.
        store: what its locations begin with.
        builder: which builder runs it.
        engines: the programs that have this builder.
        parents_only: whether a stage's cache holds only the layers of the stages it starts from.
        refuses: why this engine cannot run it, or None.
        draft: what it makes of the work.
    """

    name: str
    summary: str
    backend: str | None
    store: Store
    builder: Builder = "buildx"
    engines: tuple[Engine, ...] = ("docker",)
    parents_only: bool
    refuses: Callable[[EngineFacts, PlanOptions], str | None]
    draft: Callable[[Work], Draft]


def of_steps(steps: Callable[[Work], tuple[Step, ...]]) -> Callable[[Work], Draft]:
    """The draft of a strategy that decides nothing about stages but what the graph says."""
    return lambda work: Draft(steps=steps(work), decisions=work.decisions)

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
        steps: the sequence.
        decisions: what becomes of each stage, where that takes more than the graph to know.
        derived: the text that is built instead of the Dockerfile; None: the Dockerfile itself.
    """

    name: str
    summary: str
    backend: str | None
    store: Store
    builder: Builder = "buildx"
    engines: tuple[Engine, ...] = ("docker",)
    parents_only: bool
    refuses: Callable[[EngineFacts, PlanOptions], str | None]
    steps: Callable[[Work], tuple[Step, ...]]
    decisions: Callable[[Work], tuple[StageDecision, ...]] = lambda work: work.decisions
    derived: Callable[[Work], str | None] = lambda work: None  # noqa: ARG005

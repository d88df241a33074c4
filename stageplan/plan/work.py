"""What is to be planned, with all questions answered that do not depend on the strategy."""

from collections.abc import Mapping
from dataclasses import dataclass

from stageplan.graph import StageGraph
from stageplan.plan.backends import BackendOptions
from stageplan.plan.facts import EngineFacts
from stageplan.plan.keyed.facts import KeyedFacts
from stageplan.plan.model import BuildArg, StageDecision
from stageplan.plan.options import PlanOptions
from stageplan.plan.scope import slug
from stageplan.stages.model import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What is to be planned, with all questions answered that do not depend on the strategy.

    Attributes:
        decisions: what becomes of each stage, by index.
        built: indexes of the stages that are built, in build order; as keys, to look them up.
        targets: indexes of the published ones.
        checks: indexes of those that are only run for their result.
        reached: indexes of the stages that the builder comes to for them.
        tags: locations of the image of each target.
        repositories: location of the repository of each target; empty where the plan is local.
        build_args: arguments that every build gets besides the user's.
        backend: the checked options of the cache backend.
        no_cache: indexes of the stages that are built without the cache.
        alone: indexes of the stages that alone are built; empty: all that targets and checks need.
        keyed: keys and what is in the registry, for a strategy that plans by them.
    """

    graph: StageGraph
    options: PlanOptions
    engine: EngineFacts
    decisions: tuple[StageDecision, ...]
    built: Mapping[int, None]
    targets: tuple[int, ...]
    checks: tuple[int, ...]
    reached: frozenset[int]
    tags: Mapping[int, tuple[str, ...]]
    repositories: Mapping[int, str]
    build_args: tuple[BuildArg, ...]
    backend: BackendOptions
    no_cache: frozenset[int] = frozenset()
    alone: tuple[int, ...] = ()
    keyed: KeyedFacts | None = None

    @property
    def local(self) -> bool:
        """Whether nothing is pushed."""
        return self.options.image is None

    @property
    def publishes(self) -> bool:
        """Whether images may be pushed: there is an image, and the event is trusted."""
        return not self.local and not self.options.read_only

    def stage(self, index: int) -> Stage:
        """The stage at an index."""
        return self.graph.stages[index]

    def title(self, index: int) -> str:
        """How messages name a stage."""
        return self.stage(index).label

    def key(self, index: int) -> str:
        """What tells a stage from all others: its name, or its number, which is no name."""
        return self.stage(index).name or str(index)

    def part(self, index: int) -> str:
        """The piece of a location that stands for a stage, and for the platform where one is asked."""
        platform = self.options.platform
        return slug(self.key(index)) + (f"__{slug(platform.replace('/', '-'))}" if platform else "")

    def target_flag(self, index: int) -> str | None:
        """What `--target` gets: the name; nothing for a last stage without one."""
        return self.stage(index).name

    def needs(self, index: int) -> tuple[int, ...]:
        """Which built stages this one needs, directly or through folded ones, in file order."""
        return tuple(sorted(source for source in self._inputs(index) if source in self.built))

    def copies_stages(self, index: int) -> bool:
        """Whether this stage's build copies from other stages, and not only starts from them."""
        at: int | None = index
        while at is not None:
            parent = self.stage(at).base_stage
            if any(source != parent for source in self.graph.sources(at)):
                return True
            at = parent
        return False

    def _inputs(self, index: int) -> set[int]:
        """The stages that this one's build needs: up to built ones, and folded ones on the way there."""
        found: set[int] = set()
        waiting = [index]
        while waiting:
            for source in self.graph.sources(waiting.pop()):
                if source not in found:
                    found.add(source)
                    if source not in self.built:
                        waiting.append(source)
        return found

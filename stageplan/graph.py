"""The graph of a Dockerfile's stages, as the builder sees it."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import groupby
from operator import attrgetter

from stageplan.dockerfile.instructions import Dockerfile
from stageplan.dockerfile.problems import excerpts_of
from stageplan.stages.model import (
    Dependency,
    DependencyKind,
    GraphWarning,
    ImageKind,
    ImageUse,
    Source,
    SourceKind,
    Stage,
    StageInstruction,
    StageMount,
)
from stageplan.stages.options import BuildOptions, ImageConfig, ImageConfigs
from stageplan.stages.reach import reached_from
from stageplan.stages.resolve import ResolvedStages, no_such_target, resolve_stages

__all__ = [
    "BuildOptions",
    "Dependency",
    "DependencyKind",
    "GraphWarning",
    "ImageConfig",
    "ImageConfigs",
    "ImageKind",
    "ImageUse",
    "Source",
    "SourceKind",
    "Stage",
    "StageGraph",
    "StageInstruction",
    "StageMount",
    "build_graph",
    "wave_numbers",
]


class StageGraph:
    """The stages of a Dockerfile and the data they take from each other.

    Attributes:
        dockerfile: the file.
        stages: the stages, in file order.
        dependencies: what they take from each other, by consumer, needed or not.
        default_target: index of the last stage.
        target: index of the stage that the options ask for.
        reachable: the stages that a build of the target builds, or takes from a named context.
        images: the images that all stages name, needed or not, sorted.
        targetstage: what TARGETSTAGE says in this build.
        uses_targetstage: a stage changes with the target that is built.
        warnings: what the builder accepts and is likely not meant.
    """

    def __init__(self, dockerfile: Dockerfile, resolved: ResolvedStages) -> None:
        self.dockerfile = dockerfile
        self.stages = resolved.stages
        self.dependencies = resolved.dependencies
        self.default_target = len(resolved.stages) - 1
        self.target = resolved.target
        self.targetstage = resolved.target_name
        self.uses_targetstage = resolved.uses_targetstage
        self.images = resolved.image_uses
        self.warnings = resolved.warnings
        self._resolved = resolved

    @cached_property
    def reachable(self) -> frozenset[int]:
        """The stages that a build of the target builds, or takes from a named context."""
        return self.reached_from((self.target,))

    @cached_property
    def waves(self) -> tuple[int, ...]:
        """For each stage its wave: what it takes is of earlier ones, so those of one can be built at once."""
        return wave_numbers(self._sources)

    def find(self, name: str) -> Stage:
        """The last stage of that name, in any case.

        Raises:
            UsageError: there is none.
        """
        index = self._by_name.get(name.lower())
        if index is None:
            raise no_such_target(name, tuple(self._by_name))
        return self.stages[index]

    def sources(self, index: int) -> tuple[int, ...]:
        """The stages that a stage takes data from, sorted; never itself."""
        return self._sources[index]

    def consumers(self, index: int) -> tuple[int, ...]:
        """The stages that take data from a stage, sorted; never itself."""
        return self._consumers[index]

    def taken_by(self, index: int) -> tuple[Dependency, ...]:
        """What a stage takes from stages, its base first, then in the order of its instructions."""
        return self._taken.get(index, ())

    def reached_from(self, targets: Iterable[int]) -> frozenset[int]:
        """The targets, the stages they take data from, and so on."""
        return reached_from(targets, self.sources)

    def images_of(self, targets: Iterable[int]) -> tuple[ImageUse, ...]:
        """The images that a build of these targets looks up, sorted.

        The builder looks up more than it takes data from: the base of a stage that a `tmpfs` mount names,
        too.
        """
        looked_up = self._named_from(targets)
        return tuple(use for use in self.images if use.stage in looked_up)

    def build_order(self, targets: Iterable[int]) -> tuple[int, ...]:
        """The stages that the targets need, every one after those it takes data from.

        That is the order of the file: the builder refuses a stage that takes from a later one.

        Raises:
            DockerfileError: the builder refuses one of them.
        """
        self.check(targets := tuple(targets))
        return tuple(sorted(self.reached_from(targets)))

    def check(self, targets: Iterable[int]) -> None:
        """Refuses targets that the builder would refuse.

        Raises:
            DockerfileError: what is wrong with the first stage, in file order, that they need.
        """
        for index in sorted(self._named_from(targets) & self._resolved.problems.keys()):
            with excerpts_of(lambda: self.dockerfile.text):
                raise self._resolved.problems[index]

    def _named_from(self, targets: Iterable[int]) -> frozenset[int]:
        return reached_from(targets, self._resolved.named.__getitem__)

    @cached_property
    def _by_name(self) -> Mapping[str, int]:
        return {stage.name: stage.index for stage in self.stages if stage.name}

    @cached_property
    def _taken(self) -> Mapping[int, tuple[Dependency, ...]]:
        groups = groupby(self.dependencies, key=attrgetter("consumer"))
        return {consumer: tuple(edges) for consumer, edges in groups}

    @cached_property
    def _sources(self) -> tuple[tuple[int, ...], ...]:
        return self._neighbours((edge.consumer, edge.source) for edge in self.dependencies)

    @cached_property
    def _consumers(self) -> tuple[tuple[int, ...], ...]:
        return self._neighbours((edge.source, edge.consumer) for edge in self.dependencies)

    def _neighbours(self, pairs: Iterable[tuple[int, int]]) -> tuple[tuple[int, ...], ...]:
        """For each stage the others that it is paired with."""
        found: list[set[int]] = [set() for _ in self.stages]
        for stage, other in pairs:
            if stage != other:  # a stage may copy from itself through an ONBUILD of its base
                found[stage].add(other)
        return tuple(tuple(sorted(others)) for others in found)


def build_graph(
    dockerfile: Dockerfile, options: BuildOptions, images: ImageConfigs | None = None
) -> StageGraph:
    """The graph of a file.

    Args:
        dockerfile: the file.
        options: what the user asks of the build.
        images: what is known of images, by normalised reference such as `docker.io/library/alpine:3.22` and
            by platform; variables and ONBUILD triggers of an image that is not among them count as unknown.

    Raises:
        DockerfileError: the builder would refuse the file for this target.
        UsageError: there is no such target or platform.
    """
    with excerpts_of(lambda: dockerfile.text):
        graph = StageGraph(dockerfile, resolve_stages(dockerfile, options, images or {}))
    graph.check((graph.target,))
    return graph


def wave_numbers(sources: Sequence[Iterable[int]]) -> tuple[int, ...]:
    """For each stage the length of the longest way to it; those of one circle are in one wave.

    Args:
        sources: for each stage those it takes data from.
    """
    import networkx as nx  # noqa: PLC0415 - a fifth of a second that a plan does not need

    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_nodes_from(range(len(sources)))
    graph.add_edges_from((source, stage) for stage, found in enumerate(sources) for source in found)
    circles = nx.condensation(graph)
    numbers = {
        stage: number
        for number, wave in enumerate(nx.topological_generations(circles))
        for circle in wave
        for stage in circles.nodes[circle]["members"]
    }
    return tuple(numbers[stage] for stage in range(len(sources)))

"""One of the two states that are compared."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from stageplan.context.files import Reading
from stageplan.graph import StageGraph

FilesOf = Callable[[Reading], Mapping[str, str] | None]
"""What an instruction reads of the build context, by path, with a digest of each; None where nobody knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """A Dockerfile with its context, at one time.

    Attributes:
        name: what people call it: a file, a revision, the working tree.
        graph: its stages.
        targets: indexes of the stages to publish; never none.
        checks: indexes of the stages that are only run for their result.
        files_of: what its build context holds.
        pinned: the digests of images that its lock file names, by normalised reference.
        settings: what else was decided for it, by name, such as the strategy of a plan.
    """

    name: str
    graph: StageGraph
    targets: tuple[int, ...]
    checks: tuple[int, ...] = ()
    files_of: FilesOf = field(compare=False)
    pinned: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def built(self) -> tuple[int, ...]:
        """The stages that are asked for."""
        return tuple(dict.fromkeys((*self.targets, *self.checks)))

    @property
    def needed(self) -> frozenset[int]:
        """The stages that are built for them, and themselves."""
        return self.graph.reached_from(self.built)

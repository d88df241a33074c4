"""What holds for all rounds of a replay."""

from dataclasses import dataclass

import lab


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What holds for all rounds.

    Attributes:
        megabits: the limit of the way to the registry, each way, a second.
        shrink: everything is smaller by this power of two.
        commits: how many of the first ones are replayed.
        in_memory: whether engines keep their data in memory, else on disk.
    """

    suite: lab.Suite
    megabits: int
    shrink: int
    commits: int
    in_memory: bool = True

    def engine(self, registry: lab.Registry) -> lab.Engine:
        """An engine that takes base images from a registry."""
        return lab.Engine(self.suite, mirror=registry.url, in_memory=self.in_memory)

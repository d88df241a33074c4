"""The least that a commit can cost: what must move, what must run, what must be unpacked.

An instruction that must run needs the layers below it, and a copy from a stage that need not run needs what
it copies. What is new in a published image must go up, its base's layers too, which come from elsewhere, and
so must each layer that a later commit needs. The three parts are added up; they could overlap, so this is
what a good build comes near to, not a proof.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from bench.replay.plain import Chain, PlainBuild
from bench.replay.progress import Ran, busy_seconds
from bench.replay.workload import Workload

_MOUNTED = re.compile(r"--mount=\S*\bfrom=([^,\s]+)")


class Bound(msgspec.Struct, frozen=True, kw_only=True):
    """The least that a commit can cost.

    Attributes:
        number: of the commit, from 1.
        ran: the instructions that must run.
        run_seconds: for how long at least one of them is at work, on an engine that has all they need.
        unpack_seconds: for a pull of the layers from a registry that no wire limits.
    """

    workload: str
    number: int
    kind: str
    bytes_down: int
    bytes_up: int
    ran: tuple[str, ...]
    run_seconds: float
    unpack_seconds: float
    move_seconds: float

    @property
    def seconds(self) -> float:
        """All of it, one after the other."""
        return self.move_seconds + self.run_seconds + self.unpack_seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class _Needs:
    """What a commit takes from the registry and adds to it.

    Attributes:
        chains: the layers below the instructions that must run, none of them the beginning of another.
        copied: bytes of what is copied from stages that need not run.
        pulled: sizes of the layers, by digest.
        new: sizes of the layers that no earlier commit had, by digest.
    """

    chains: tuple[Chain, ...]
    copied: int
    pulled: Mapping[str, int]
    new: Mapping[str, int]


def bounds(
    workload: Workload,
    builds: Sequence[PlainBuild],
    *,
    megabits: int,
    unpack_seconds: Callable[[tuple[Chain, ...]], float],
) -> tuple[Bound, ...]:
    """The bound of each commit, in order.

    Args:
        builds: of the commits.
        megabits: what the way to the registry lets through each way, a second.
        unpack_seconds: how long an engine takes to pull and unpack layers.
    """
    needs = tuple(_needs(builds, index) for index in range(len(builds)))
    found = []
    pushed: set[str] = set()
    for index, (build, need) in enumerate(zip(builds, needs, strict=True)):
        later = {digest for after in needs[index + 1 :] for digest in after.pulled}
        kept = {digest: size for digest, size in need.new.items() if digest in later}
        kept |= {blob.digest: blob.size for target in workload.targets for blob in build.stages[target]}
        up = sum(size for digest, size in kept.items() if digest not in pushed)
        pushed |= kept.keys()
        down = need.copied + sum(need.pulled.values())
        bound = Bound(
            workload=workload.name,
            number=index + 1,
            kind=workload.commits[index].kind,
            bytes_down=down,
            bytes_up=up,
            ran=tuple(map(str, build.ran)),
            run_seconds=round(busy_seconds(build.ran), 3),
            unpack_seconds=round(unpack_seconds(need.chains), 3),
            move_seconds=round((down + up) * 8 / (megabits * 1e6), 3),
        )
        found.append(bound)
    return tuple(found)


def _needs(builds: Sequence[PlainBuild], index: int) -> _Needs:
    build = builds[index]
    earlier = {blob.digest for before in builds[:index] for chain in before.stages.values() for blob in chain}
    there = earlier | {blob.digest for chain in build.bases.values() for blob in chain}
    chains = tuple(_there(chain, there) for chain in _chains_below(build))
    pulled = {blob.digest: blob.size for chain in chains for blob in chain}
    return _Needs(
        chains=_longest(chains),
        copied=sum(_copied(build, pulled)),
        pulled=pulled,
        new={
            blob.digest: blob.size
            for chain in build.stages.values()
            for blob in chain
            if blob.digest not in there
        },
    )


def _chains_below(build: PlainBuild) -> Iterable[Chain]:
    """For each stage in which something ran, the layers below the first that did; and each image mounted."""
    first: dict[str, Ran] = {}
    for ran in build.ran:
        if ran.stage not in first or ran.number < first[ran.stage].number:
            first[ran.stage] = ran
    below = [build.stages[stage][: _layer(build, ran)] for stage, ran in first.items()]
    mounted = [match for ran in build.ran for match in _MOUNTED.findall(ran.text)]
    return [*below, *(build.bases[name] for name in mounted if name in build.bases)]


def _layer(build: PlainBuild, ran: Ran) -> int:
    """The place of an instruction's layer in its stage, from 0."""
    return len(build.stages[ran.stage]) - (ran.count - ran.number + 1)


def _there(chain: Chain, there: Collection[str]) -> Chain:
    """The layers of a chain that need not be made first."""
    return tuple(blob for blob in chain if blob.digest in there)


def _longest(chains: Sequence[Chain]) -> tuple[Chain, ...]:
    """The chains that are not the beginning of another one."""
    found = dict.fromkeys(chain for chain in chains if chain)
    return tuple(
        chain
        for chain in found
        if not any(chain == other[: len(chain)] for other in found if other is not chain)
    )


def _copied(build: PlainBuild, pulled: Collection[str]) -> Iterable[int]:
    """The size of each copy from a stage that is neither built nor pulled."""
    running = {ran.stage for ran in build.ran}
    for ran in build.ran:
        source = ran.text.partition("--from=")[2].partition(" ")[0]
        chain = () if source in running else build.stages.get(source, ())
        if any(blob.digest not in pulled for blob in chain):
            yield build.stages[ran.stage][_layer(build, ran)].size

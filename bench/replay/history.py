"""A round: a whole history, commit by commit, by every strategy in turn."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Self

import msgspec

import lab
from bench.replay import measure
from bench.replay.bases import Base, push_base
from bench.replay.measure import Cost
from bench.replay.plain import Plain
from bench.replay.setting import Setting
from bench.replay.strategies import Job, Strategy
from bench.replay.workload import MAIN, Commit, Workload


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """What one commit cost one strategy in one round.

    Attributes:
        number: of the commit, from 1.
        ran: how many instructions ran.
        needless: those of them that nothing had changed for.
        steps: for each step or command, what it was and its seconds.
        unequal: where its images differ from those of a plain build; None where nobody looked.
    """

    workload: str
    round: int
    number: int
    kind: str
    strategy: str
    seconds: float
    bytes_down: int
    bytes_up: int
    ran: int
    needless: tuple[str, ...]
    steps: tuple[tuple[str, float], ...]
    unequal: tuple[str, ...] | None = None


class Side:
    """A strategy with the registry that is its own, and an engine that is fresh for every commit."""

    def __init__(self, strategy: Strategy, setting: Setting) -> None:
        self.strategy = strategy
        self.registry = lab.Registry(throttle=setting.megabits)
        self._setting = setting
        self._built: set[str] = set()

    def __enter__(self) -> Self:
        self.registry.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.registry.close()

    def move(self, base: Base, revision: int) -> None:
        """The base image's name means another image now."""
        push_base(self.registry, base, shrink=self._setting.shrink, revision=revision)

    def build(self, workload: Workload, commit: Commit, context: Path) -> Cost:
        """What the commit cost."""
        source = next((scope for scope in (commit.scope, MAIN) if scope in self._built), None)
        self._built.add(commit.scope)
        with (
            tempfile.TemporaryDirectory(prefix="replay-") as folder,
            self._setting.engine(self.registry) as engine,
        ):
            job = Job(
                workload=workload,
                host=self.registry.host,
                scope=commit.scope,
                source=source,
                folder=Path(folder),
            )
            return measure.build(engine, self.registry, context, self.strategy, job)

    def differences(
        self, workload: Workload, commit: Commit, expected: Mapping[str, lab.Image]
    ) -> tuple[str, ...]:
        """Where the published images of the commit are not as expected, given by target."""
        found = {
            target: lab.Image.read(self.registry, f"{workload.name}/{target}:{commit.scope}")
            for target in expected
        }
        return tuple(
            f"{target}: {line}"
            for target, image in expected.items()
            for line in lab.differences(image, found[target])
        )


def replay(
    workload: Workload,
    strategies: Sequence[Strategy],
    setting: Setting,
    number: int,
    *,
    plain: Plain | None = None,
    compare: bool = False,
) -> Iterator[Row]:
    """The rows of one round, as they come; all strategies build a commit before any builds the next.

    Args:
        number: of the round.
        plain: builds each commit first, where what it makes necessary is to be known.
        compare: whether to compare the images of the strategies with those of `plain`.
    """
    with ExitStack() as stack:
        context = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="replay-")))
        (context / "Dockerfile").write_text(workload.dockerfile, encoding="utf-8")
        workload.create(context, setting.shrink)
        sides = [stack.enter_context(Side(strategy, setting)) for strategy in strategies]
        revisions = dict.fromkeys((base.name for base in workload.bases), 0)
        for index, commit in enumerate(workload.commits[: setting.commits]):
            commit.change(context)
            for base in workload.bases:
                if index == 0 or base.name in commit.moves:
                    revisions[base.name] += 1
                    for place in (*sides, *((plain,) if plain else ())):
                        place.move(base, revisions[base.name])
            if plain:
                plain.build(context)
            expected = plain.images(index) if plain and compare else None
            for side in _turned(sides, index + number):
                cost = side.build(workload, commit, context)
                yield Row(
                    workload=workload.name,
                    round=number,
                    number=index + 1,
                    kind=commit.kind,
                    strategy=side.strategy.name,
                    seconds=round(cost.seconds, 3),
                    bytes_down=cost.bytes_down,
                    bytes_up=cost.bytes_up,
                    ran=len(cost.ran),
                    needless=cost.needless(commit.may_run),
                    steps=tuple((step, round(seconds, 3)) for step, seconds in cost.steps),
                    unequal=None if expected is None else side.differences(workload, commit, expected),
                )


def _turned(sides: Sequence[Side], by: int) -> tuple[Side, ...]:
    """The same sides, another one first each time, so that none always has the warmer machine."""
    first = by % max(len(sides), 1)
    return (*sides[first:], *sides[:first])

"""What differs between two states of a Dockerfile: pure data, from which every format is written."""

from dataclasses import dataclass
from typing import Literal

from stageplan.graph import DependencyKind
from stageplan.review.pictures.scene import Role

StageStatus = Literal["same", "added", "removed", "changed"]
StepState = Literal["", "hit", "may", "runs"]
"""What becomes of an instruction that does something: it is found in the cache, runs where what it copies has
changed, or runs."""
LineStatus = Literal["same", "added", "removed", "moved"]
Reach = Literal["", "needed", "unneeded"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineChange:
    """An instruction of a stage, as it is now or was.

    Attributes:
        text: as it is written.
        line: where it stands in the new file, or None.
        old_line: where it stood, or None.
        state: what becomes of it; "" where it does nothing, is gone, or its stage is not built.
    """

    status: LineStatus
    text: str
    line: int | None
    old_line: int | None
    state: StepState = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What running again takes, by the report of an earlier run.

    Attributes:
        seconds: of the instructions that run again.
        unknown: how many of them the report does not know.
        bytes_down: layers that were pulled for the stage.
    """

    seconds: float
    unknown: int
    bytes_down: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StageChange:
    """A stage of either side.

    Attributes:
        name: now, or what a removed one was called.
        old_name: what it was called, where that was another name; None else.
        index: its place in the new file, or None.
        old_index: its place in the old file, or None.
        status: what happened to its text.
        role: what it is for, now; of a removed one what it was for.
        old_role: what it was for; None for an added one.
        base: the image or stage it starts from; of a removed one, started from.
        old_base: what it started from, where that was something else; None else.
        wave: when it can be built, from 1; of a removed one when it could.
        old_wave: when it could be built; None for an added one.
        reach: whether it is needed now and was not, or the other way round.
        lines: its instructions, those that are gone among them.
        because: why the first of its instructions that run again does; "" where none does.
        origin: where its instructions come from or have gone, where that is another stage; "" else.
        cost: what it takes to run again; None where nobody knows.
    """

    name: str
    old_name: str | None
    index: int | None
    old_index: int | None
    status: StageStatus
    role: Role
    old_role: Role | None
    base: str
    old_base: str | None
    wave: int
    old_wave: int | None
    reach: Reach
    lines: tuple[LineChange, ...]
    because: str
    origin: str
    cost: Cost | None = None

    @property
    def runs(self) -> tuple[LineChange, ...]:
        """The instructions that run again, or may."""
        return tuple(line for line in self.lines if line.state in ("runs", "may"))

    @property
    def hits(self) -> int:
        """How many instructions are found in the cache."""
        return sum(line.state == "hit" for line in self.lines)

    @property
    def is_certain(self) -> bool:
        """At least one instruction runs whatever other stages come to."""
        return any(line.state == "runs" for line in self.lines)

    @property
    def differs(self) -> bool:
        """Something about it is new, or it runs again."""
        return bool(
            self.status != "same"
            or self.old_name
            or self.old_base
            or self.reach
            or self.runs
            or (self.old_role and self.old_role != self.role)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeChange:
    """Data that a stage takes from another now, or did; the stages by their names.

    Attributes:
        paths: what is taken, now or last.
        old_paths: what was taken, where both sides have the edge and that was something else.
    """

    status: Literal["added", "removed", "changed"]
    source: str
    consumer: str
    kind: DependencyKind
    paths: tuple[str, ...]
    old_paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageChange:
    """Images that stages start or copy from, and which stages those are.

    Attributes:
        old: the image that was named; None where a stage names a further one.
        new: the one that is; None where a stage no longer names one.
        stages: the stages, by name.
    """

    old: str | None
    new: str | None
    stages: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingChange:
    """Something that was decided for a build, such as the strategy of a plan."""

    name: str
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """All that differs.

    Attributes:
        old: what the old side is called.
        new: what the new side is called.
        stages: of the new file in its order, then those that are gone.
        edges: by consumer, then source.
        order: the stages in the order in which they are built, now.
        old_order: as they were; names as they are now, for a stage that is still there.
        waves: how many there are, now.
        old_waves: how many there were.
        steps: how many instructions a build of the new side has that do something.
    """

    old: str
    new: str
    stages: tuple[StageChange, ...]
    edges: tuple[EdgeChange, ...]
    images: tuple[ImageChange, ...]
    settings: tuple[SettingChange, ...]
    order: tuple[str, ...]
    old_order: tuple[str, ...]
    waves: int
    old_waves: int
    steps: int

    @property
    def differs(self) -> bool:
        """There is anything to tell."""
        return bool(
            self.edges
            or self.images
            or self.settings
            or self.order != self.old_order
            or any(stage.differs for stage in self.stages)
        )

    @property
    def run_count(self) -> int:
        """How many instructions run again, or may."""
        return sum(len(stage.runs) for stage in self.stages)

    @property
    def certain_count(self) -> int:
        """How many run whatever stages come to."""
        return sum(line.state == "runs" for stage in self.stages for line in stage.lines)

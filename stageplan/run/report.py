"""The report of a run: what was cached, what ran, what it cost. `report.schema.json` describes its JSON."""

from typing import Literal

import msgspec

from stageplan.run.events import State

VERSION = 1

StageState = Literal["hit", "partly", "built", "failed", "skipped"]


class Data(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An immutable piece of a report that goes to JSON and back without loss."""


class InstructionReport(Data, frozen=True, kw_only=True):
    """One instruction; it ran if it ran in any build of the plan.

    Attributes:
        position: `2/3` as the builder counts, with the platform before it where there are several.
        seconds: in all builds.
    """

    position: str
    text: str
    cached: bool
    seconds: float


class StageReport(Data, frozen=True, kw_only=True):
    """What became of a stage.

    Attributes:
        state: all of it cached, some, or nothing; failed; or never come to.
        first_miss: the first instruction that had to run.
        seconds: of its instructions.
        bytes_down: layers that were pulled for it.
    """

    index: int
    name: str
    state: StageState
    instructions: tuple[InstructionReport, ...]
    first_miss: str | None
    seconds: float
    bytes_down: int


class Failure(Data, frozen=True, kw_only=True):
    """Why a step failed.

    Attributes:
        rule: as docs/errors.md explains it.
        log: the last lines of what failed.
    """

    rule: str
    message: str
    hint: str
    log: tuple[str, ...]


class StepReport(Data, frozen=True, kw_only=True):
    """What became of a step.

    Attributes:
        started: seconds after the run began.
        commands: the words of each command, as the script has them.
        note: why it was skipped, or "".
        bytes_up: None where the builder does not say.
    """

    id: str
    kind: str
    state: State
    seconds: float
    attempts: int
    commands: tuple[tuple[str, ...], ...]
    bytes_down: int
    bytes_up: int | None
    note: str = ""
    failure: Failure | None = None
    started: float = 0.0


class Verified(Data, frozen=True, kw_only=True):
    """What came of making a stage anew beside what is kept of it.

    Attributes:
        path_count: how many paths are kept; 0 of a stage that is only run for its result.
        differences: a line for each path that is not what it was.
    """

    stage: str
    path_count: int
    differences: tuple[str, ...]


class Report(Data, frozen=True, kw_only=True):
    """What came of a plan.

    Attributes:
        ok: whether every step is done, or was left out because the plan is read-only.
        rerun_count: how many instructions had to run.
        cached_count: how many did not.
        bytes_up: of the steps that know it.
        verified: of `--verify`; unset: no stage was made anew for it.
    """

    version: int
    strategy: str
    scope: str
    ok: bool
    seconds: float
    rerun_count: int
    cached_count: int
    bytes_down: int
    bytes_up: int
    stages: tuple[StageReport, ...]
    steps: tuple[StepReport, ...]
    warnings: tuple[str, ...]
    verified: Verified | msgspec.UnsetType = msgspec.UNSET


def encode_report(report: Report) -> bytes:
    """The report as JSON with a line end."""
    return msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n"

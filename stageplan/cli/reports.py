"""The report of an earlier run, read back."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from stageplan.errors import UsageError
from stageplan.review.diff.cost import Measured
from stageplan.review.pages.run_view import Bar, Ran, RunView, StageRun
from stageplan.run.report import VERSION, Report, StageReport, StepReport
from stageplan.system.files import read_bytes


def read_report(path: Path) -> Report:
    """The report that a file holds.

    Raises:
        UsageError: it cannot be read, or holds none of this version (`report-invalid`).
    """
    try:
        report = msgspec.json.decode(read_bytes(path), type=Report)
    except msgspec.DecodeError as error:
        raise UsageError(
            "report-invalid",
            f"'{path}' is no report: {error}",
            hint="write one with: stageplan run --report FILE",
        ) from None
    if report.version != VERSION:
        raise UsageError(
            "report-invalid",
            f"'{path}' is no report of version {VERSION}",
            hint="write it again with: stageplan run --report FILE",
        )
    return report


def measured(report: Report) -> Mapping[str, Measured]:
    """What the run took for each stage, by name."""
    return {
        stage.name: Measured(
            seconds=tuple((line.text, line.seconds) for line in stage.instructions),
            bytes_down=stage.bytes_down,
        )
        for stage in report.stages
    }


def run_view(report: Report) -> RunView:
    """The run as a page shows it."""
    names = {stage.name for stage in report.stages}
    return RunView(
        ok=report.ok,
        strategy=report.strategy,
        scope=report.scope,
        seconds=report.seconds,
        ran=report.rerun_count,
        hits=report.cached_count,
        bytes_down=report.bytes_down,
        bytes_up=report.bytes_up,
        stages={stage.name: _stage(stage) for stage in report.stages},
        bars=tuple(_bar(step, names) for step in report.steps),
    )


def _stage(stage: StageReport) -> StageRun:
    return StageRun(
        state=stage.state,
        seconds=stage.seconds,
        instructions=tuple(
            Ran(text=line.text, is_hit=line.cached, seconds=line.seconds) for line in stage.instructions
        ),
        bytes_down=stage.bytes_down,
    )


def _bar(step: StepReport, stages: set[str]) -> Bar:
    name = step.id.partition(":")[2]
    return Bar(
        name=step.id,
        stage=name if step.kind == "build" and name in stages else None,
        state=step.state,
        started=step.started,
        seconds=step.seconds,
        bytes_down=step.bytes_down,
        bytes_up=step.bytes_up,
        note=step.failure.message if step.failure else step.note,
    )

"""What came of a run, as text."""

from collections.abc import Sequence

from stageplan.run.amounts import bytes_text, seconds_text
from stageplan.run.report import Report, StageReport
from stageplan.run.texts import one_line

_HEADER = ("stage", "cache", "ran", "first to run", "seconds", "pulled")
_WORDS = {"hit": "hit", "partly": "partly", "built": "built", "failed": "failed", "skipped": "not built"}


def summary(report: Report) -> str:
    """A table of the stages, what failed or was left out, warnings, totals; ends with a line end."""
    lines = [*_table([_HEADER, *(_row(stage) for stage in report.stages)]), ""]
    lines += [
        f"{step.state} {step.id}: {step.failure.message if step.failure else step.note}"
        for step in report.steps
        if step.state != "done"
    ]
    lines += [f"warning: {warning}" for warning in report.warnings]
    lines.append(_totals(report))
    return "\n".join(lines) + "\n"


def _row(stage: StageReport) -> tuple[str, ...]:
    ran = sum(not instruction.cached for instruction in stage.instructions)
    return (
        stage.name,
        _WORDS[stage.state],
        f"{ran}/{len(stage.instructions)}",
        one_line(stage.first_miss, longest=50) if stage.first_miss else "",
        f"{stage.seconds:.1f}",
        bytes_text(stage.bytes_down) if stage.bytes_down else "",
    )


def _table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """The rows with their columns aligned, the last two to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADER))]
    right = len(_HEADER) - 2
    return [
        "  ".join(
            text.rjust(width) if column >= right else text.ljust(width)
            for column, (text, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _totals(report: Report) -> str:
    ran, cached = report.rerun_count, report.cached_count
    moved = f"{bytes_text(report.bytes_down)} pulled"
    if report.bytes_up:
        moved += f", {bytes_text(report.bytes_up)} pushed"
    word = "instruction" if ran == 1 else "instructions"
    return f"{ran} {word} ran, {cached} cached, {moved}, {seconds_text(report.seconds)}"

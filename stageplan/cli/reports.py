"""The report of an earlier run, read back."""

from pathlib import Path

import msgspec

from stageplan.errors import UsageError
from stageplan.run.report import VERSION, Report
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

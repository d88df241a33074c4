"""What real builders wrote: `ENGINE-WHAT.jsonl` in fixtures/progress."""

from pathlib import Path

from stageplan.run.build_record import BuildRecord
from stageplan.run.progress_stream import ProgressStream

FOLDER = Path("fixtures/progress")


def lines_of(recording: str) -> list[bytes]:
    """The lines of a recording, with their ends."""
    return (FOLDER / f"{recording}.jsonl").read_bytes().splitlines(keepends=True)


def record_of(recording: str) -> BuildRecord:
    """The record after the last line of a recording."""
    stream, record = ProgressStream(), BuildRecord()
    for line in lines_of(recording):
        report = stream.feed(line)
        if isinstance(report, str):
            record.add_words(report)
        elif report is not None:
            record.add(report)
    assert stream.end() is None
    return record

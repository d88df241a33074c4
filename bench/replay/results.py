"""What was measured, as JSON that a later run goes on with."""

import os
from pathlib import Path

import msgspec

from bench.replay.bound import Bound
from bench.replay.history import Row
from bench.replay.setting import Setting


class Results(msgspec.Struct, frozen=True, kw_only=True):
    """All rows and bounds of one setting.

    Attributes:
        cores: of the machine.
    """

    setting: Setting
    cores: int = msgspec.field(default_factory=lambda: os.cpu_count() or 1)
    rows: tuple[Row, ...] = ()
    bounds: tuple[Bound, ...] = ()

    def rows_of(self, workload: str) -> tuple[Row, ...]:
        """The rows of a workload."""
        return tuple(row for row in self.rows if row.workload == workload)

    def bounds_of(self, workload: str) -> tuple[Bound, ...]:
        """The bounds of a workload's commits, in order."""
        return tuple(bound for bound in self.bounds if bound.workload == workload)

    def has(self, workload: str, strategy: str, number: int) -> bool:
        """Whether there is anything of a round."""
        return bool(self._round(workload, strategy, number))

    def without_halves(self, commits: int) -> "Results":
        """The same without rounds that were broken off."""
        whole = tuple(
            row for row in self.rows if len(self._round(row.workload, row.strategy, row.round)) >= commits
        )
        return msgspec.structs.replace(self, rows=whole)

    def _round(self, workload: str, strategy: str, number: int) -> tuple[Row, ...]:
        wanted = (workload, strategy, number)
        return tuple(row for row in self.rows if (row.workload, row.strategy, row.round) == wanted)


def read_results(path: Path, setting: Setting) -> Results:
    """What the file holds; nothing where there is none.

    Raises:
        SettingError: it holds what was measured with another setting.
    """
    if not path.exists():
        return Results(setting=setting)
    found = msgspec.json.decode(path.read_bytes(), type=Results)
    if found.setting != setting:
        raise SettingError(f"'{path}' holds {found.setting}; name another file with --output")
    return found


def write_results(path: Path, results: Results) -> None:
    """The file holds the results; a run that is broken off leaves the old ones."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    new.write_bytes(msgspec.json.format(msgspec.json.encode(results), indent=1) + b"\n")
    new.rename(path)


class SettingError(Exception):
    """Results of another setting are in the way."""

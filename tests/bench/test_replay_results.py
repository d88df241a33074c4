import xml.etree.ElementTree as ET
from pathlib import Path

import msgspec
import pytest

from bench.replay.chart import chart
from bench.replay.history import Row
from bench.replay.results import Results, SettingError, read_results, write_results
from bench.replay.setting import Setting
from bench.replay.tables import tables
from bench.replay.workloads import WORKLOADS

SETTING = Setting(suite="sid", megabits=400, shrink=0, commits=2)
COMPILED = next(workload for workload in WORKLOADS if workload.name == "compiled")


def row(strategy: str, number: int, seconds: float, *, rounds: int = 1) -> Row:
    return Row(
        workload="compiled",
        round=rounds,
        number=number,
        kind="first" if number == 1 else "source",
        strategy=strategy,
        seconds=seconds,
        bytes_down=1_000_000_000,
        bytes_up=2_000_000,
        ran=1,
        needless=("build: RUN make",) if strategy == "bake" else (),
        steps=(("build:app", seconds),),
    )


RESULTS = Results(
    setting=SETTING,
    cores=2,
    rows=tuple(
        row(strategy, number, seconds * number, rounds=rounds)
        for rounds, factor in ((1, 1), (2, 2), (3, 4))
        for strategy, seconds in (("own-ref", 10.0 * factor), ("bake", 11.0 * factor))
        for number in (1, 2)
    ),
)


def test_tables() -> None:
    assert (
        tables(RESULTS, COMPILED)
        == """\
### Compiled server

| strategy | seconds | after the first | of own-ref | MB down | MB up | needless re-runs |
|---|---|---|---|---|---|---|
| bake by an expert | 66.0 | 44.0 | 1.10 | 2,000 | 4 | 6 |
| a command and a ref per target | 60.0 | 40.0 | 1.00 | 2,000 | 4 | 0 |

| seconds for a commit | bake | own-ref | least |
|---|---|---|---|
| first | 22.0 | 20.0 |  |
| source | 44.0 | 40.0 |  |
"""
    )


def test_a_chart_is_a_picture_with_a_bar_for_each_strategy() -> None:
    root = ET.fromstring(chart(RESULTS, WORKLOADS))  # noqa: S314 - our own
    bars = [
        element for element in root.iter("{http://www.w3.org/2000/svg}rect") if element.get("class") == "bar"
    ]
    words = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert len(bars) == 2
    assert {"bake by an expert", "66 s", "Compiled server"} <= set(words)


def test_results_are_read_as_they_were_written(tmp_path: Path) -> None:
    path = tmp_path / "made/results.json"
    assert read_results(path, SETTING) == Results(setting=SETTING)
    write_results(path, RESULTS)
    assert read_results(path, SETTING) == RESULTS


def test_results_of_another_setting_are_not_mixed(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    write_results(path, RESULTS)
    with pytest.raises(SettingError, match="name another file with --output"):
        read_results(path, Setting(suite="sid", megabits=100, shrink=0, commits=2))


def test_a_round_that_was_broken_off_is_left_out() -> None:
    half = msgspec.structs.replace(RESULTS, rows=RESULTS.rows[:-1])
    assert {(row.strategy, row.round) for row in RESULTS.rows} - {
        (row.strategy, row.round) for row in half.without_halves(2).rows
    } == {("bake", 3)}

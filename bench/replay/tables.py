"""The tables of a replay, as Markdown."""

import statistics
from collections.abc import Callable, Iterable, Sequence

from bench.replay.history import Row
from bench.replay.results import Results
from bench.replay.strategies import STRATEGIES
from bench.replay.workload import Workload

ANCHOR = "own-ref"
MEGABYTE = 1_000_000


def tables(results: Results, workload: Workload) -> str:
    """What a workload's history cost: in all, by kind of commit, and beside the least that it can cost."""
    rows = results.rows_of(workload.name)
    names = [strategy.name for strategy in STRATEGIES if any(row.strategy == strategy.name for row in rows)]
    parts = [f"### {workload.title}", _totals(rows, names), _kinds(results, workload.name, names)]
    return "\n\n".join(parts) + "\n"


def total(rows: Iterable[Row], strategy: str, what: Callable[[Row], float]) -> float:
    """The sum over the history; the median of the rounds."""
    return statistics.median(_sums(rows, strategy, what).values())


def _sums(rows: Iterable[Row], strategy: str, what: Callable[[Row], float]) -> dict[int, float]:
    """By round, the sum over the history."""
    found: dict[int, float] = {}
    for row in rows:
        if row.strategy == strategy:
            found[row.round] = found.get(row.round, 0) + what(row)
    return found


def _totals(rows: Sequence[Row], names: Sequence[str]) -> str:
    summaries = {strategy.name: strategy.summary for strategy in STRATEGIES}
    lines = [
        f"| strategy | seconds | after the first | of {ANCHOR} | MB down | MB up | needless re-runs |",
        "|---|---|---|---|---|---|---|",
    ]
    after = [row for row in rows if row.number > 1]
    for name in names:
        cells = [
            summaries[name],
            f"{total(rows, name, _seconds):.1f}",
            f"{total(after, name, _seconds):.1f}" if after else "",
            _ratio(rows, name),
            f"{total(rows, name, lambda row: row.bytes_down) / MEGABYTE:,.0f}",
            f"{total(rows, name, lambda row: row.bytes_up) / MEGABYTE:,.0f}",
            f"{sum(len(row.needless) for row in rows if row.strategy == name)}",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _ratio(rows: Sequence[Row], name: str) -> str:
    """The median over the rounds of its seconds as a part of the anchor's; empty where that was not run."""
    ours, anchor = _sums(rows, name, _seconds), _sums(rows, ANCHOR, _seconds)
    ratios = [seconds / anchor[number] for number, seconds in ours.items() if number in anchor]
    return f"{statistics.median(ratios):.2f}" if ratios else ""


def _kinds(results: Results, workload: str, names: Sequence[str]) -> str:
    """Seconds of a commit of each kind, the mean where there are several."""
    rows, bounds = results.rows_of(workload), results.bounds_of(workload)
    lines = [
        f"| seconds for a commit | {' | '.join(names)} | least |",
        f"|---|{'---|' * (len(names) + 1)}",
    ]
    for kind in dict.fromkeys(row.kind for row in rows):
        same = [row for row in rows if row.kind == kind]
        count = len({row.number for row in same})
        cells = [f"{total(same, name, _seconds) / count:.1f}" for name in names]
        least = [bound.seconds for bound in bounds if bound.kind == kind]
        cells.append(f"{statistics.mean(least):.1f}" if least else "")
        lines.append(f"| {kind}{f' x {count}' if count > 1 else ''} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _seconds(row: Row) -> float:
    return row.seconds

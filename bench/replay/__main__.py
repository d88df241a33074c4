"""`make bench-replay`: what each strategy costs over a history of commits.

    python -m bench.replay [--workload NAME]… [--strategy NAME]… [--rounds N] [--commits N]
                           [--mbit N] [--shrink N] [--disk] [--compare] [--output FILE.json]

For each commit every strategy gets an engine with nothing in it; what survives is its registry, behind a
wire of limited rate whose bytes are counted. Rounds that the output file holds are not replayed again.
"""

import argparse
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

import msgspec

import lab
from bench.replay.bound import bounds
from bench.replay.chart import chart
from bench.replay.history import Row, replay
from bench.replay.plain import Plain
from bench.replay.results import Results, SettingError, read_results, write_results
from bench.replay.setting import Setting
from bench.replay.strategies import STRATEGIES, Strategy
from bench.replay.tables import MEGABYTE, tables
from bench.replay.workload import Workload
from bench.replay.workloads import WORKLOADS


def main() -> None:
    """Replays what was asked for, and prints the tables of all there is."""
    chosen = _arguments()
    setting = Setting(
        suite=chosen.suite,
        megabits=chosen.mbit,
        shrink=chosen.shrink,
        commits=chosen.commits,
        in_memory=not chosen.disk,
    )
    try:
        results = read_results(chosen.output, setting)
    except SettingError as error:
        sys.exit(str(error))
    workloads = [workload for workload in WORKLOADS if workload.name in (chosen.workload or [workload.name])]
    wanted = chosen.strategy or [strategy.name for strategy in STRATEGIES]
    strategies = [strategy for strategy in STRATEGIES if strategy.name in wanted]
    for number in range(1, chosen.rounds + 1):
        for workload in workloads:
            try:
                results = _round(results, workload, strategies, number, chosen.output, compare=chosen.compare)
            except lab.LabUnavailableError as error:
                print(f"{workload.name} is left out: {error}", file=sys.stderr)
    for workload in WORKLOADS:
        if results.rows_of(workload.name):
            print(f"\n{tables(results, workload)}")
    if results.rows:
        chosen.output.with_suffix(".svg").write_text(chart(results, WORKLOADS), encoding="utf-8")


def _round(
    results: Results,
    workload: Workload,
    strategies: Sequence[Strategy],
    number: int,
    output: Path,
    *,
    compare: bool,
) -> Results:
    """The results with one more round of a workload, written after every commit."""
    setting = results.setting
    results = results.without_halves(min(setting.commits, len(workload.commits)))
    missing = [strategy for strategy in strategies if not results.has(workload.name, strategy.name, number)]
    if not missing:
        return results
    wants_bounds = not results.bounds_of(workload.name)
    with Plain(workload, setting) if compare or wants_bounds else nullcontext() as plain:
        for row in replay(workload, missing, setting, number, plain=plain, compare=compare):
            results = msgspec.structs.replace(results, rows=(*results.rows, row))
            write_results(output, results)
            _say(row)
        if plain and wants_bounds:
            least = bounds(
                workload, plain.builds, megabits=setting.megabits, unpack_seconds=plain.unpack_seconds
            )
            results = msgspec.structs.replace(results, bounds=(*results.bounds, *least))
            write_results(output, results)
    return results


def _say(row: Row) -> None:
    """A line for a row, as it comes."""
    moved = f"{row.bytes_down / MEGABYTE:5.0f} MB down {row.bytes_up / MEGABYTE:5.0f} up"
    words = [f"{row.workload} {row.round}.{row.number:<2} {row.kind:10} {row.strategy:16}"]
    words.append(f"{row.seconds:6.1f} s {moved}")
    if row.needless:
        words.append(f"{len(row.needless)} needless, such as '{row.needless[0]}'")
    if row.unequal is not None:
        words += [f"unequal: {line}" for line in row.unequal[:5]] or ["equal"]
    print("  ".join(words), file=sys.stderr, flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.replay")
    parser.add_argument("--workload", action="append", choices=[workload.name for workload in WORKLOADS])
    parser.add_argument("--strategy", action="append", choices=[strategy.name for strategy in STRATEGIES])
    parser.add_argument("--suite", choices=("sid", "trixie"), default=lab.engine_suite())
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--commits", type=int, default=12, help="how many of the first ones")
    parser.add_argument("--mbit", type=int, default=400, help="the limit of the way to the registry")
    parser.add_argument("--shrink", type=int, default=0, help="everything is smaller by this power of two")
    parser.add_argument("--disk", action="store_true", help="keep the engines' data on disk, not in memory")
    parser.add_argument(
        "--compare", action="store_true", help="compare every image with that of a plain build"
    )
    parser.add_argument("--output", type=Path, default=Path("docs/replay/replay.json"))
    return parser.parse_args()


if __name__ == "__main__":
    main()

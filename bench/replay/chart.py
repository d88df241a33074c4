"""The picture of a replay: for each workload, how long its history takes by each strategy."""

from collections import Counter
from collections.abc import Iterable, Sequence
from html import escape

from bench.replay.history import Row
from bench.replay.results import Results
from bench.replay.strategies import STRATEGIES, Strategy
from bench.replay.tables import total
from bench.replay.workload import Workload

HEADING = "Seconds for a history of commits"
WIDTH = 820
LABELS = 340  # where bars begin
BARS = 400  # how long the longest is
ROW = 26
HEAD = 64
TITLE = 46
FOOT = 34
STYLE = """
  svg { color-scheme: light dark; }
  text { font: 13px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; fill: #1f2328; }
  .title { font-size: 17px; font-weight: 600; }
  .head { font-size: 14px; font-weight: 600; }
  .quiet { fill: #59636e; font-size: 12px; }
  .ours { font-weight: 600; }
  .bar { fill: #b8c0ca; }
  .bar.ours { fill: #0969da; }
  .least { stroke: #cf5b16; stroke-width: 2; stroke-dasharray: 3 3; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .quiet { fill: #9198a1; }
    .bar { fill: #4b535d; }
    .bar.ours { fill: #4493f8; }
    .least { stroke: #f0883e; }
  }
"""


def chart(results: Results, workloads: Iterable[Workload]) -> str:
    """An SVG, for light and dark pages, of the workloads that were replayed."""
    parts, top = [], HEAD
    for workload in workloads:
        rows = results.rows_of(workload.name)
        if rows:
            shown = [
                strategy for strategy in STRATEGIES if any(row.strategy == strategy.name for row in rows)
            ]
            parts += _panel(workload, rows, shown, _least(results, workload), top)
            top += TITLE + ROW * len(shown)
    return "\n".join([*_opening(results, top + FOOT), *parts, *_closing(top), "</svg>\n"])


def _least(results: Results, workload: Workload) -> float | None:
    """The sum of the bounds; None where they were not measured."""
    found = results.bounds_of(workload.name)
    return sum(bound.seconds for bound in found) if found else None


def _opening(results: Results, height: int) -> list[str]:
    setting = results.setting
    rows = {(row.workload, row.strategy, row.round) for row in results.rows}
    replayed = Counter((workload, strategy) for workload, strategy, _ in rows).values()
    fewest, most = min(replayed), max(replayed)
    commits = f"{setting.commits} commits, each on an engine with nothing in it"
    wire = f"registry behind {setting.megabits} Mbit/s"
    rounds = str(most) if fewest == most else f"{fewest} to {most}"
    counted = f"median of {rounds} rounds" if most > 1 else "one round"
    size = f'viewBox="0 0 {WIDTH} {height}" width="{WIDTH}"'
    return [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{HEADING}, by strategy">',
        f"<style>{STYLE}</style>",
        _text(16, 28, HEADING, "title"),
        _text(16, 48, f"{commits}; {wire}; {counted}", "quiet"),
    ]


def _panel(
    workload: Workload, rows: Sequence[Row], shown: Sequence[Strategy], least: float | None, top: int
) -> list[str]:
    """A title and a bar for each strategy, and where the least lies."""
    seconds = {strategy.name: total(rows, strategy.name, lambda row: row.seconds) for strategy in shown}
    scale = BARS / max(seconds.values())
    found = [_text(16, top + 30, workload.title, "head")]
    for number, strategy in enumerate(shown):
        y = top + TITLE + ROW * number
        kind = " ours" if strategy.is_ours else ""
        long = max(seconds[strategy.name] * scale, 1)
        found += [
            _text(LABELS - 12, y + 14, strategy.summary, f"label{kind}", anchor="end"),
            f'<rect class="bar{kind}" x="{LABELS}" y="{y}" width="{long:.1f}" height="{ROW - 7}" rx="3"/>',
            _text(LABELS + long + 8, y + 14, f"{seconds[strategy.name]:.0f} s", kind.strip()),
        ]
    if least is not None:
        x = LABELS + least * scale
        end = top + TITLE + ROW * len(shown) - 4
        found.append(f'<line class="least" x1="{x:.1f}" y1="{top + TITLE - 5}" x2="{x:.1f}" y2="{end}"/>')
    return found


def _closing(top: int) -> list[str]:
    """What the dashed line means."""
    y = top + 18
    return [
        f'<line class="least" x1="16" y1="{y - 4}" x2="40" y2="{y - 4}"/>',
        _text(48, y, "the least: what must move, what must be unpacked, what must run", "quiet"),
    ]


def _text(x: float, y: float, words: str, kind: str, *, anchor: str = "start") -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text class="{kind}" {place}>{escape(words)}</text>'

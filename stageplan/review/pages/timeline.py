"""The timeline of a run: what ran side by side, what was cached, what it all waited for."""

from collections.abc import Iterator, Mapping

from markupsafe import Markup

from stageplan.review.pages.page import Pane, render
from stageplan.review.pages.run_view import Bar, RunView, critical

_SLOWEST = 12
_STEPS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0)
_MOST_TICKS = 8
_MINUTE = 60.0
_BESIDE = 1.05  # below that, steps ran one after the other
_LATE = 0.6  # of the whole time; words then stand before their bar
_KINDS = {
    "ran": "something ran",
    "hit": "all hits",
    "other": "pulls, pushes, tags",
    "failed": "failed",
    "deciding": "decided how long it took",
}
_UNITS = ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"))


def timeline_pane(run: RunView, places: Mapping[str, int]) -> Pane:
    """The pane.

    Args:
        places: of the stages in the picture, by name.
    """
    total = max([run.seconds, *(bar.end for bar in run.bars)]) or 1.0
    deciding = critical(run.bars)
    if deciding >= {bar.name for bar in run.bars if bar.state != "skipped"}:
        deciding = frozenset()  # one after the other: no step decided more than another
    rows = [_row(run, bar, total, places, is_critical=bar.name in deciding) for bar in run.bars]
    kinds = {str(row["kind"]) for row in rows} | ({"deciding"} if deciding else set())
    body = render(
        "timeline.html.j2",
        tiles=tuple(_tiles(run)),
        ticks=[(f"{100 * at / total:.3f}", _tick(at)) for at in _ticks(total)],
        rows=rows,
        legend=[(kind, words) for kind, words in _KINDS.items() if kind in kinds],
        slowest=[
            (places.get(name), name, each.text, duration(each.seconds))
            for name, each in run.slowest[:_SLOWEST]
        ],
    )
    return Pane(name="timeline", title="Timeline", body=Markup(body))  # noqa: S704 - a template's, escaped


def duration(seconds: float) -> str:
    """The time as people say it: `0.4 s`, `12 s`, `3 min 20 s`."""
    if seconds >= _MINUTE:
        minutes, rest = divmod(round(seconds), 60)
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"  # noqa: PLR2004 - two digits are enough


def amount(count: int) -> str:
    """Bytes as people say them: `3.4 MB`."""
    for size, unit in _UNITS:
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{count} B"


def _tiles(run: RunView) -> Iterator[tuple[str, str, str]]:
    """What it comes to: a number, what it counts, and words on it."""
    work = sum(bar.seconds for bar in run.bars)
    at_once = work / run.seconds if run.seconds else 0.0
    beside = f"{at_once:.1f} steps at a time" if at_once > _BESIDE else "one step at a time"
    yield duration(run.seconds), "in all" if run.ok else "until it failed", beside
    yield str(run.ran), "instructions ran", f"{run.hits} were hits"
    yield amount(run.bytes_down), "pulled", ""
    yield amount(run.bytes_up), "pushed", f"{run.strategy}, scope {run.scope}"


def _tick(seconds: float) -> str:
    return f"{seconds:g} s" if 0 < seconds < _MINUTE else duration(seconds) if seconds else "0"


def _ticks(total: float) -> Iterator[float]:
    step = next((each for each in _STEPS if total / each <= _MOST_TICKS), _STEPS[-1])
    for number in range(int(total / step) + 1):
        yield number * step


def _row(
    run: RunView, bar: Bar, total: float, places: Mapping[str, int], *, is_critical: bool
) -> dict[str, object]:
    stage = run.stages.get(bar.stage) if bar.stage else None
    words = [duration(bar.seconds)] if bar.state != "skipped" else []
    if stage and stage.instructions:
        words.append(f"{stage.ran} of {len(stage.instructions)} ran" if stage.ran else "all hits")
    words += [f"↓ {amount(bar.bytes_down)}"] if bar.bytes_down else []
    words += [f"↑ {amount(bar.bytes_up)}"] if bar.bytes_up else []
    words += [bar.note] if bar.note else []
    return {
        "name": bar.name,
        "place": places.get(bar.stage) if bar.stage else None,
        "kind": _kind(bar, ran=bool(stage and stage.ran), builds=stage is not None),
        "left": f"{100 * bar.started / total:.3f}",
        "width": f"{100 * bar.seconds / total:.3f}",
        "ends_late": bar.end > total * _LATE,
        "words": ", ".join(words),
        "is_critical": is_critical,
    }


def _kind(bar: Bar, *, ran: bool, builds: bool) -> str:
    if bar.state != "done":
        return bar.state
    return ("ran" if ran else "hit") if builds else "other"

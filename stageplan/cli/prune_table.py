"""What goes and what stays, as a table."""

from collections.abc import Iterable, Iterator, Sequence

from stageplan.retention.names import short
from stageplan.retention.reasons import age_text
from stageplan.retention.verdict import Fate, Verdict
from stageplan.run.amounts import bytes_text

_DIGITS = len("sha256:") + 12


def table_of(verdict: Verdict) -> str:
    """A line for each tag, those that go first, each with digest, age, bytes and reason."""
    goes = [fate for fate in verdict.fates if fate.goes]
    stays = [fate for fate in verdict.fates if not fate.goes]
    lines = [*_part("goes", goes), *_part("stays", stays)]
    untagged = sum(not deletion.tags for deletion in verdict.deletions)
    besides = f" and {_count(untagged, 'manifest')} without a tag" if untagged else ""
    lines.append(f"{_count(len(goes), 'tag')}{besides} to go, which frees {bytes_text(verdict.freed)}")
    lines.append(f"{_count(len(stays), 'tag')} to stay; those of stageplan take {bytes_text(verdict.size)}")
    return "\n".join(lines) + "\n"


def _part(title: str, fates: Sequence[Fate]) -> Iterator[str]:
    if not fates:
        return
    yield title
    rows = [
        (
            _name(fate),
            fate.tagged.digest[:_DIGITS],
            "age unknown" if fate.age is None else age_text(fate.age),
            bytes_text(fate.size) if fate.goes else "",
            fate.why,
        )
        for fate in fates
    ]
    yield from _aligned(rows)
    yield ""


def _name(fate: Fate) -> str:
    return f"{fate.tagged.repository.rpartition('/')[2]}:{short(fate.tagged.tag)}"


def _aligned(rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    rows = tuple(rows)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True) if width]
        yield f"  {'  '.join(cells)}".rstrip()


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"

"""A difference in words, the same in every format."""

from collections import Counter
from collections.abc import Iterator

from stageplan.review.diff.changes import Cost, Difference, LineChange, LineStatus, StageChange

_KILO = 1000.0
_LINE_WORDS: dict[LineStatus, str] = {"added": "new", "removed": "gone", "moved": "moved"}
_ROLES = {
    "target": "a target",
    "check": "a check",
    "needed": "only needed by others",
    "unreached": "needed by nothing",
}


def summary(difference: Difference) -> str:
    """What it costs, in one sentence without a full stop."""
    if not difference.differs:
        return "no stage differs"
    count, certain = difference.run_count, difference.certain_count
    if not count:
        return f"no instruction runs again, {difference.steps} of {difference.steps} are hits"
    verb = "runs" if count == 1 else "run"
    text = f"{count} of {instructions(difference.steps)} {verb} again"
    if certain < count:
        text += f", {count - certain} of them only where what they copy has changed"
    cost = total_cost(difference)
    return f"{text}: {cost_words(cost)}" if cost else text


def counts(difference: Difference) -> str:
    """How many stages changed in which way, such as `2 changed, 1 added`; "" for none."""
    kinds = {"added": 0, "removed": 0, "renamed": 0, "changed": 0}
    kinds |= {"no longer needed": 0, "run again unchanged": 0}
    for stage in difference.stages:
        if stage.old_name:
            kinds["renamed"] += 1
        elif stage.status != "same":
            kinds[stage.status] += 1
        elif stage.reach == "unneeded":
            kinds["no longer needed"] += 1
        elif stage.runs:
            kinds["run again unchanged"] += 1
    return ", ".join(f"{count} {kind}" for kind, count in kinds.items() if count)


def change_words(stage: StageChange) -> Iterator[str]:
    """What happened to a stage, piece by piece, but not what runs again."""
    if stage.status in ("added", "removed"):
        yield "new" if stage.status == "added" else "removed"
    if stage.origin:
        yield stage.origin
    if stage.old_name:
        yield f"renamed from {stage.old_name}"
    if stage.old_base:
        yield f"starts from {stage.base} instead of {stage.old_base}"
    yield from _need_words(stage)
    if stage.status == "changed":
        yield from _line_words(stage)


def _need_words(stage: StageChange) -> Iterator[str]:
    """Who needs it that did not, or the other way round."""
    if stage.reach:
        yield "needed now" if stage.reach == "needed" else "no longer needed"
    elif stage.status == "added" and stage.role == "unreached":
        yield "needed by nothing"
    elif stage.old_role and stage.old_role != stage.role:
        yield f"{_ROLES[stage.role]} now"


def _line_words(stage: StageChange) -> Iterator[str]:
    count = Counter(line.status for line in stage.lines)
    pieces = [f"{count[kind]} {word}" for kind, word in _LINE_WORDS.items() if count[kind]]
    if pieces:
        yield f"instructions: {', '.join(pieces)}"


def runs_words(stage: StageChange) -> str:
    """How much of a stage runs again, such as `2 of 3`; "" where it is not built."""
    steps = len(stage.runs) + stage.hits
    if not steps:
        return ""
    return f"{len(stage.runs)} of {steps}" if stage.runs else f"hit, {steps} of {steps}"


def total_cost(difference: Difference) -> Cost | None:
    """What all stages together take to run again; None where nobody knows of any."""
    costs = [stage.cost for stage in difference.stages if stage.cost]
    if not costs:
        return None
    return Cost(
        seconds=sum(cost.seconds for cost in costs),
        unknown=sum(cost.unknown for cost in costs),
        bytes_down=sum(cost.bytes_down for cost in costs),
    )


def cost_words(cost: Cost) -> str:
    """Seconds and megabytes, as far as they are known."""
    pieces = [f"{cost.seconds:.1f} s"]
    if cost.bytes_down:
        pieces.append(f"{cost.bytes_down / _KILO / _KILO:.1f} MB pulled")
    if cost.unknown:
        pieces.append(f"and {instructions(cost.unknown)} that the report does not know")
    return ", ".join(pieces)


def line_words(stage: StageChange, line: LineChange) -> str:
    """What the eye would miss about a line: that it only moved, or that only its white space changed."""
    if line.status == "moved":
        return f"was line {line.old_line}"
    other = {"added": "removed", "removed": "added"}.get(line.status)
    plain = line.text.split()
    same = any(each.status == other and each.text.split() == plain for each in stage.lines)
    return "only white space differs" if same else ""


def waves_words(difference: Difference) -> str:
    """How many waves there are now, where that is another number."""
    if difference.waves == difference.old_waves:
        return ""
    return f"{difference.waves} wave{'' if difference.waves == 1 else 's'} instead of {difference.old_waves}"


def instructions(count: int) -> str:
    """The count with its word."""
    return f"{count} instruction" if count == 1 else f"{count} instructions"

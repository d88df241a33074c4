"""Circles of stages that copy from or mount each other."""

from collections.abc import Mapping, Sequence

from stageplan.dockerfile.problems import UnlocatedError
from stageplan.errors import DockerfileError
from stageplan.source import Span


def refuse_cycles(needs: Sequence[Mapping[int, Span]], labels: Sequence[str]) -> None:
    """Refuses a file in which a stage needs, by COPY and mounts alone, itself.

    The builder does not look at FROM here, and looks at every stage, needed or not.

    Args:
        needs: for each stage the stages it copies from or mounts, and where it does.
        labels: the stages' names.

    Raises:
        DockerfileError: there is a circle; the message names the first stage of the file that leads into one.
    """
    seen = set[int]()
    for first in range(len(needs)):
        if first not in seen and (circle := _circle_from(first, needs, seen)):
            raise _error(first, circle, needs, labels)


def _circle_from(first: int, needs: Sequence[Mapping[int, Span]], seen: set[int]) -> list[int] | None:
    """A circle that the stage leads into, its first stage at both ends, or None."""
    seen.add(first)
    path = [first]
    on_path = {first}
    waiting = [iter(needs[first])]
    while waiting:
        source = next(waiting[-1], None)
        if source is None:
            waiting.pop()
            on_path.remove(path.pop())
        elif source in on_path:
            return [*path[path.index(source) :], source]
        elif source not in seen:
            seen.add(source)
            path.append(source)
            on_path.add(source)
            waiting.append(iter(needs[source]))
    return None


def _error(
    first: int, circle: Sequence[int], needs: Sequence[Mapping[int, Span]], labels: Sequence[str]
) -> DockerfileError:
    message = f"circular dependency detected on stage: {labels[first]}"
    way = " -> ".join(labels[stage] for stage in circle)
    error = UnlocatedError(
        "stage-cycle", message, hint=f"break the circle {way}, where an arrow means 'needs'"
    )
    return error.located(needs[circle[0]][circle[1]])

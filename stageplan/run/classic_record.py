"""What the classic builder says of its steps, in the messages of docker's API.

`Step 2/5 : RUN make`, then ` ---> Using cache` where it is a hit, then ` ---> ` with the image's id.
It goes through the file from the first stage to the target, so the FROMs count the stages.
"""

import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stageplan.run.build_record import LOG_LINES

_STEP = re.compile(r"Step (?P<number>\d+)/(?P<count>\d+) : (?P<text>.*)", re.DOTALL)
_HIT = re.compile(r"\s*---> Using cache\s*")
_COUNTS = frozenset({"ADD", "COPY", "RUN", "WORKDIR"})


@dataclass(slots=True, kw_only=True, eq=False)
class ClassicStep:
    """One instruction of the file.

    Attributes:
        stage: index of its stage, -1 before the first FROM.
        number: its place in its stage, counted from 1 for the FROM.
        counts: whether it runs or copies something.
        seconds: from its beginning to that of the next.
    """

    stage: int
    number: int
    text: str
    counts: bool
    started: float
    cached: bool = False
    seconds: float | None = None


class ClassicRecord:
    """Takes the messages of one build as they come."""

    def __init__(self) -> None:
        self.steps: list[ClassicStep] = []
        self.log: deque[str] = deque(maxlen=LOG_LINES)

    def take(self, message: Mapping[str, Any], now: float) -> str:
        """The words of the message.

        Args:
            message: of docker's API.
            now: the moment, in seconds.
        """
        text = str(message.get("stream", ""))
        match = _STEP.match(text)
        if match is not None:
            self.end(now)
            self._begin(match["text"].strip(), now)
        elif _HIT.fullmatch(text) and self.steps:
            self.steps[-1].cached = True
        self.log.extend(text.splitlines())
        return text.rstrip("\n")

    def end(self, now: float) -> None:
        """The step that was worked on is complete."""
        if self.steps and self.steps[-1].seconds is None:
            self.steps[-1].seconds = now - self.steps[-1].started

    def _begin(self, text: str, now: float) -> None:
        keyword = text.split(maxsplit=1)[0].upper()
        last = self.steps[-1] if self.steps else None
        stage, number = (last.stage, last.number + 1) if last else (-1, 1)
        if keyword == "FROM":
            stage, number = stage + 1, 1
        self.log.clear()
        self.steps.append(
            ClassicStep(stage=stage, number=number, text=text, counts=keyword in _COUNTS, started=now)
        )

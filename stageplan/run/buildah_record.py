"""What buildah and podman say of their steps.

`[2/3] STEP 3/4: RUN make`, then what the instruction prints, then `--> Using cache ID` where it is a hit,
then `--> ID` when it is done. A lone stage has no `[2/3]`. A step that copies from a stage which is not built
yet begins, waits until that stage is done, and only then says what became of it: the lines of the other stage
stand in between. One stage runs at a time, so what is done belongs to the step that was named last and does
not wait; where that is over already, to one that waits: the one whose stage goes on.
"""

import re
from collections import deque
from dataclasses import dataclass, field

from stageplan.run.build_record import LOG_LINES

_STEP = re.compile(
    r"(?:\[(?P<stage>\d+)/\d+\] )?STEP (?P<number>\d+)/(?P<count>\d+): (?P<text>.*)", re.DOTALL
)
_HIT = re.compile(r"--> Using cache [0-9a-f]{12,64}")
_DONE = re.compile(r"--> [0-9a-f]{11,64}")
_ERROR = re.compile(r"Error: |error: ")
_COUNTS = frozenset({"ADD", "COPY", "RUN", "WORKDIR"})


@dataclass(slots=True, kw_only=True, eq=False)
class BuildahStep:
    """One instruction of the file.

    Attributes:
        stage: index of its stage.
        number: its place in its stage, counted from 1 for the FROM.
        last: whether it is the last of its stage.
        counts: whether it runs or copies something.
        seconds: from its beginning to its end; None while it lasts.
    """

    stage: int
    number: int
    last: bool
    text: str
    counts: bool
    started: float
    cached: bool = False
    seconds: float | None = None


@dataclass(slots=True)
class _Result:
    """What was said of a step that nobody has named yet."""

    ended: float
    cached: bool


@dataclass(slots=True, kw_only=True)
class BuildahRecord:
    """Takes the lines of one build as they come.

    Attributes:
        steps: in the order in which they began.
        log: the last lines.
        error: why the build failed, in the builder's words, or "".
    """

    steps: list[BuildahStep] = field(default_factory=list)
    log: deque[str] = field(default_factory=lambda: deque(maxlen=LOG_LINES))
    error: str = ""
    _hit: bool = False
    _unclaimed: list[_Result] = field(default_factory=list)

    def take(self, line: str, now: float) -> None:
        """Takes a line of either stream.

        Args:
            line: without its end.
            now: the moment, in seconds.
        """
        self.log.append(line)
        if _ERROR.match(line):
            self.error = line.partition(": ")[2]
        match = _STEP.fullmatch(line)
        if match is not None:
            self._begin(match, now)
        elif _HIT.fullmatch(line):
            self._hit = True
        elif _DONE.fullmatch(line):
            self._end(_Result(ended=now, cached=self._hit))
            self._hit = False

    def close(self, now: float) -> None:
        """Nothing more comes: what is open ends now, and what waited was done."""
        while self._unclaimed and self._open:
            self._claim(self._waiting(None))
        for step in self._open:
            step.seconds = now - step.started

    @property
    def running(self) -> BuildahStep | None:
        """The step that was worked on last; None before the first."""
        return next(reversed(self._open or self.steps), None)

    @property
    def _open(self) -> list[BuildahStep]:
        return [step for step in self.steps if step.seconds is None]

    def _begin(self, match: re.Match[str], now: float) -> None:
        text = match["text"].strip()
        keyword = text.split(maxsplit=1)[0].upper()
        step = BuildahStep(
            stage=int(match["stage"] or 1) - 1,
            number=int(match["number"]),
            last=match["number"] == match["count"],
            text=text,
            counts=keyword in _COUNTS,
            started=now,
        )
        for earlier in self._open:
            if earlier.stage == step.stage and earlier.number == 1:
                earlier.seconds = now - earlier.started  # of a FROM nothing more is said
        while self._unclaimed and self._open:
            self._claim(self._waiting(step.stage))
        self.steps.append(step)

    def _end(self, result: _Result) -> None:
        """A step is done: the one that was named last, unless that is over."""
        last = self.steps[-1] if self.steps else None
        self._unclaimed.append(result)
        if last is not None and last.seconds is None:
            self._claim(last)

    def _waiting(self, stage: int | None) -> BuildahStep:
        """The step that the next result belongs to: of the stage that goes on, or the last of its stage."""
        candidates = self._open
        same = [step for step in candidates if step.stage == stage]
        final = [step for step in candidates if step.last]
        return (same or final or candidates)[-1]

    def _claim(self, step: BuildahStep) -> None:
        result = self._unclaimed.pop(0)
        step.cached, step.seconds = result.cached, result.ended - step.started

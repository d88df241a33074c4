"""What a build cost: seconds, bytes at the registry's wire, and which instructions ran."""

import json
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import lab
from bench.replay.progress import instructions_run
from bench.replay.strategies import Job, Strategy, Words
from bench.trials import instructions_that_ran

_OPTIONS = {"build": 3, "bake": 3}  # they stand behind `docker buildx build`


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one commit cost one strategy.

    Attributes:
        ran: the instructions that ran, as `stage: TEXT`, in the order in which they are first spoken of.
        steps: for each command of it, what it is and its seconds.
    """

    seconds: float
    bytes_down: int
    bytes_up: int
    ran: tuple[str, ...]
    steps: tuple[tuple[str, float], ...]

    def needless(self, may_run: Sequence[str]) -> tuple[str, ...]:
        """What ran although nothing that it depends on had changed."""
        return tuple(text for text in self.ran if not text.startswith(tuple(may_run) or ("\0",)))


class BuildError(Exception):
    """A command of a strategy failed; its words and the end of what it said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Done:
    words: Words
    seconds: float
    said: bytes


def build(engine: lab.Engine, registry: lab.Registry, context: Path, strategy: Strategy, job: Job) -> Cost:
    """What it cost to build a commit; the engine is ready and has nothing in it."""
    commands = strategy.commands(job)
    down, up = registry.bytes_down, registry.bytes_up
    started = time.perf_counter()
    done = [_run(engine, context, words) for words in commands]
    seconds = time.perf_counter() - started
    reported = job.report.exists()
    texts = (text for command in done for text in map(str, instructions_run(command.said)))
    return Cost(
        seconds=seconds,
        bytes_down=registry.bytes_down - down,
        bytes_up=registry.bytes_up - up,
        ran=tuple(dict.fromkeys(instructions_that_ran(job.report) if reported else texts)),
        steps=_steps(job.report)
        if reported
        else tuple((" ".join(command.words), command.seconds) for command in done),
    )


def _run(engine: lab.Engine, context: Path, words: Words) -> _Done:
    options = _OPTIONS.get(words[2], 0)
    watched = [*words[:options], "--progress=rawjson", *words[options:]] if options else words
    started = time.perf_counter()
    result = subprocess.run(watched, cwd=context, env=engine.env, capture_output=True, check=False)
    seconds = time.perf_counter() - started
    if result.returncode:
        said = (result.stdout + result.stderr).decode(errors="replace")
        raise BuildError(f"'{' '.join(words)}' exited with {result.returncode}\n{said[-3000:]}")
    return _Done(words=words, seconds=seconds, said=result.stderr)


def _steps(path: Path) -> tuple[tuple[str, float], ...]:
    return tuple((step["id"], step["seconds"]) for step in json.loads(path.read_bytes())["steps"])

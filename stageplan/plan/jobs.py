"""Which CI jobs a keyed plan is carried out by: one for each stage that is worth it, and a last one."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Literal, get_args

from stageplan.graph import wave_numbers
from stageplan.plan.work import Work

JobsFrom = Literal["stages", "waves"]
JOBS_FROM: tuple[str, ...] = get_args(JobsFrom)
PUBLISH = "publish"

_OTHER = re.compile(r"[^a-z0-9]+")
_LONGEST = 40
_DIGITS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What one machine does.

    Attributes:
        id: `[a-z0-9-]`, starts with a letter, at most 53 characters: a name in every CI system.
        title: for people.
        stages: the names of the stages that it builds; empty: the whole plan, which then moves the tags.
        needs: ids of the jobs that it waits for.
    """

    id: str
    title: str
    stages: tuple[str, ...]
    needs: tuple[str, ...]


def jobs_of(work: Work, *, by: JobsFrom) -> tuple[Job, ...]:
    """The jobs in an order in which they can run, the last of which carries out the whole plan.

    It depends on the stage graph and the options alone, so that it can be written down and kept. A target
    without a name is left to the last job: `--stage` cannot name it.

    Args:
        by: `stages`: a job a stage. `waves`: a job for all stages that can be built side by side.
    """
    named = [index for index in work.built if work.stage(index).name]
    jobs = tuple(_by_stage(work, named) if by == "stages" else _by_wave(work, named))
    return (
        *jobs,
        Job(id=PUBLISH, title=PUBLISH, stages=(), needs=tuple(job.id for job in jobs)),
    )


def _by_stage(work: Work, named: list[int]) -> Iterator[Job]:
    for index in named:
        needs = tuple(_job_id(work.key(source)) for source in work.needs(index) if source in named)
        title = work.title(index)
        yield Job(id=_job_id(work.key(index)), title=title, stages=(work.key(index),), needs=needs)


def _by_wave(work: Work, named: list[int]) -> Iterator[Job]:
    count = len(work.graph.stages)
    waves = wave_numbers([work.needs(index) if index in work.built else () for index in range(count)])
    before: tuple[str, ...] = ()
    for wave, found in groupby(sorted(named, key=lambda index: (waves[index], index)), key=waves.__getitem__):
        stages = tuple(work.key(index) for index in found)
        name = f"wave-{wave + 1}"
        yield Job(id=name, title=f"wave {wave + 1}: {', '.join(stages)}", stages=stages, needs=before)
        before = (name,)


def _job_id(stage: str) -> str:
    """The id of a stage's job; a name that has to be changed for it gets digits of its sha256."""
    body = _OTHER.sub("-", stage).strip("-")
    if body == stage and len(stage) <= _LONGEST:
        return f"stage-{stage}"
    digest = hashlib.sha256(stage.encode()).hexdigest()[:_DIGITS]
    return f"stage-{body[:_LONGEST]}-{digest}"

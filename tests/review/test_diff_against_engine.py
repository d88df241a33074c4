"""The instructions that are said to run again against those that a real engine runs again.

What a COPY takes from another stage is compared by content, which only the build shows: `may_run` of a case
says whether its contents change.
"""

from pathlib import Path

import pytest

import lab
from stageplan.graph import Stage
from stageplan.review.diff.changes import Difference, StepState
from stageplan.review.diff.compare import compare
from stageplan.review.diff.side import Side
from stageplan.run.build_record import BuildRecord
from stageplan.run.progress_stream import ProgressStream, SolveStatus
from tests.review.compared import DIFFS, KINDS, options_of, side_named

Place = tuple[str, int]
"""A stage and the how manyeth of its instructions that do something."""


def ran(engine: lab.Engine, side: Side, folder: Path) -> set[Place]:
    """What a build of the side's targets and checks runs."""
    found: set[Place] = set()
    for index in side.built:
        target = side.graph.stages[index].label
        command = ("docker", "buildx", "build", "--progress=rawjson", "--output=type=cacheonly")
        words = engine.run(*command, f"--target={target}", str(folder)).stderr
        found |= {place for place, cached in places(words, side).items() if not cached}
    return found


def places(words: str, side: Side) -> dict[Place, bool]:
    """Each instruction that a build came to, and whether it was a hit; a lone stage goes without its name."""
    bases = {stage.label: is_counted(stage) for stage in side.graph.stages}
    stream, record = ProgressStream(), BuildRecord()
    for line in words.encode().splitlines(keepends=True):
        report = stream.feed(line)
        if isinstance(report, SolveStatus):
            record.add(report)
    return {
        (stage, int(vertex.place.position.split("/")[0]) - bases[stage]): vertex.cached
        for vertex in record.instructions
        if vertex.place
        for stage in [vertex.place.stage or side.graph.stages[0].label]
    }


def is_counted(stage: Stage) -> bool:
    """The builder counts the FROM as the first instruction, where that names an image."""
    return stage.base_stage is None and stage.base != "scratch"


def said(difference: Difference, state: StepState) -> set[Place]:
    """The instructions that are said to be in a state."""
    return {
        (stage.name, number)
        for stage in difference.stages
        for number, line in enumerate((line for line in stage.lines if line.state), start=1)
        if line.state == state
    }


@pytest.mark.parametrize("kind", KINDS)
def test_what_runs_again(engine: lab.Engine, kind: str) -> None:
    old, new = side_named(kind, "old"), side_named(kind, "new")
    difference = compare(old, new)
    ran(engine, old, DIFFS / kind / "old")
    again = ran(engine, new, DIFFS / kind / "new")
    certain, perhaps = said(difference, "runs"), said(difference, "may")
    assert again == (certain | perhaps if options_of(kind).get("may_run") else certain)


@pytest.mark.parametrize("kind", ["environment", "mount", "split"])
def test_what_runs_again_on_an_older_engine(old_engine: lab.Engine, kind: str) -> None:
    test_what_runs_again(old_engine, kind)

"""`stageplan run --verify`: what is kept by key, beside the same made anew."""

import json
from typing import Any

import pytest

import lab
from tests.scenarios.keyed_project import DOCKERFILE, Project

pytestmark = pytest.mark.engine


def verified(project: Project, engine: lab.Engine) -> dict[str, Any]:
    report = json.loads((project.folder.parent / f"report-{engine.suite}.json").read_bytes())
    found: dict[str, Any] = report["verified"]
    return found


def test_each_stage_comes_out_as_it_is_kept(engine: lab.Engine, project: Project) -> None:
    project.run(engine)
    engine.wipe()
    refs = project.refs()
    for stage in ("base", "build", "test", "app"):
        assert project.run(engine, "--verify", stage) == ()
        found = verified(project, engine)
        assert (found["stage"], found["differences"], found["path_count"] > 0) == (stage, [], stage != "test")
    assert project.refs() == refs


def test_a_stage_that_comes_out_otherwise_is_told_path_by_path(engine: lab.Engine, project: Project) -> None:
    changing = "RUN cat /proc/sys/kernel/random/uuid > /tools; mkdir -m 700 /own; cp /tools /own/id"
    project.write(Dockerfile=DOCKERFILE.replace("RUN echo tools > /tools", changing))
    project.run(engine)
    said = project.fails(engine, "--verify", "base")
    assert "base was made anew: 2 of " in said
    assert verified(project, engine)["differences"] == ["/own/id: other content", "/tools: other content"]


def test_where_nothing_may_be_written_it_is_compared_too(engine: lab.Engine, project: Project) -> None:
    project.run(engine)
    assert project.run(engine, "--read-only", "--verify", "build") == ()
    assert verified(project, engine)["differences"] == []


def test_any_is_one_of_those_that_are_kept(engine: lab.Engine, project: Project) -> None:
    project.run(engine, "--verify", "any")
    with pytest.raises(KeyError):
        verified(project, engine)
    project.run(engine, "--verify", "any")
    assert verified(project, engine)["stage"] in {"base", "build", "test", "app"}


def test_what_is_not_kept_cannot_be_compared(engine: lab.Engine, project: Project) -> None:
    assert "error[verify-stage]: stage 'app' is not kept" in project.fails(engine, "--verify", "app")
    assert "error[verify-keyed]" in project.fails(engine, "--strategy", "registry", "--verify", "app")
    assert project.refs() == {}

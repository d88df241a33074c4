"""The workloads are what they say: their stages, what a commit may run, and what strategies make of it."""

from pathlib import Path

import pytest

import lab
from bench.replay.history import replay
from bench.replay.plain import Plain
from bench.replay.setting import Setting
from bench.replay.strategies import STRATEGIES
from bench.replay.workload import Workload
from bench.replay.workloads import WORKLOADS
from stageplan.dockerfile.reader import read_dockerfile
from stageplan.graph import build_graph
from stageplan.stages.options import BuildOptions

TINY = 9  # as a power of two

MADE_UP = tuple(workload for workload in WORKLOADS if workload.name != "pip")  # that one takes minutes
every_workload = pytest.mark.parametrize("workload", WORKLOADS, ids=lambda workload: workload.name)


@every_workload
def test_stages_and_bases_are_those_of_the_dockerfile(workload: Workload) -> None:
    graph = build_graph(read_dockerfile(workload.dockerfile.encode(), "Dockerfile"), BuildOptions())
    assert tuple(stage.name for stage in graph.stages) == tuple(workload.stages)
    assert set(workload.stages) >= {*workload.targets, *workload.checks}
    assert set(workload.stages.values()) - {"scratch"} == {base.name for base in workload.bases} - {
        "wheels:1"
    }


@every_workload
def test_histories_have_the_same_kinds_of_commit(workload: Workload) -> None:
    kinds = [commit.kind for commit in workload.commits]
    assert {kind: kinds.count(kind) for kind in kinds} == {
        "first": 1,
        "nothing": 2,
        "source": 3,
        "tests": 1,
        "dependency": 2,
        "docs": 1,
        "branch": 1,
        "base image": 1,
    }


@every_workload
def test_a_project_is_the_same_every_time(workload: Workload, tmp_path: Path) -> None:
    for name in ("one", "two"):
        workload.create(tmp_path / name, TINY)
        for commit in workload.commits:
            commit.change(tmp_path / name)
    one, two = (
        {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}
        for root in (tmp_path / "one", tmp_path / "two")
    )
    assert one == two


@pytest.mark.engine
@pytest.mark.usefixtures("lab_ready")
@pytest.mark.parametrize("workload", MADE_UP, ids=lambda workload: workload.name)
def test_a_plain_build_runs_what_may_run(workload: Workload) -> None:
    setting = Setting(suite=lab.engine_suite(), megabits=1000, shrink=TINY, commits=12)
    with Plain(workload, setting) as plain:
        assert list(replay(workload, (), setting, 1, plain=plain)) == []
    for commit, build in zip(workload.commits, plain.builds, strict=True):
        assert [str(ran) for ran in build.ran if not str(ran).startswith(commit.may_run or ("\0",))] == []
        assert bool(build.ran) == bool(commit.may_run)


@pytest.mark.engine
@pytest.mark.usefixtures("lab_ready")
def test_strategies_build_what_a_plain_build_does() -> None:
    workload = next(workload for workload in WORKLOADS if workload.name == "web")
    setting = Setting(suite=lab.engine_suite(), megabits=1000, shrink=TINY, commits=3)
    wanted = [strategy for strategy in STRATEGIES if strategy.name in {"own-ref", "registry-targets"}]
    with Plain(workload, setting) as plain:
        rows = list(replay(workload, wanted, setting, 1, plain=plain, compare=True))
    assert [row.number for row in rows] == [1, 1, 2, 2, 3, 3]
    assert all(row.unequal == () for row in rows)
    assert all(row.needless == () for row in rows)
    assert all(row.bytes_down < 500_000 for row in rows if row.kind == "nothing")

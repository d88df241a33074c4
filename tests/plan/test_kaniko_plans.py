"""Plans for kaniko: one build for each check and target, and what kaniko cannot do is refused."""

from typing import Any

import pytest

from stageplan.dockerfile.reader import read_dockerfile
from stageplan.errors import UsageError
from stageplan.graph import BuildOptions, build_graph
from stageplan.plan.facts import EngineFacts
from stageplan.plan.model import Plan
from stageplan.plan.options import PlanOptions
from stageplan.plan.planner import make_plan

TEXT = "FROM x AS a\nRUN a\nFROM a AS test\nRUN t\nFROM a AS b\nCOPY b /\nFROM b AS c\nRUN c\n"


def plan_of(**given: Any) -> Plan:
    dockerfile = read_dockerfile(TEXT.encode(), "Dockerfile")
    options = PlanOptions(
        context=".", dockerfile="Dockerfile", name="app", **{"image": "r.example.com/app"} | given
    )
    engine = EngineFacts(reachable=True, kind="kaniko")
    return make_plan(build_graph(dockerfile, BuildOptions()), options, engine)


def test_checks_come_before_targets_one_after_the_other() -> None:
    plan = plan_of(targets=("c", "b"), checks=("test",), image="r.example.com/{target}")
    assert [(step.id, step.needs) for step in plan.steps] == [
        ("build:test", ()),
        ("build:b", ("build:test",)),
        ("build:c", ("build:b",)),
    ]
    assert (plan.stages[0].action, plan.stages[0].reason) == ("fold", "kaniko builds it within its targets")


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        pytest.param(
            {"image": None}, "kaniko keeps no image on a machine, and there is no --image", id="no image"
        ),
        pytest.param({"secrets": ("id=x",)}, "kaniko has no --secret", id="a secret"),
        pytest.param({"no_cache": ("all",)}, "kaniko has no --no-cache", id="no cache"),
        pytest.param(
            {"cache_options": (("timestamp", "0"),)},
            "kaniko has no --cache-option but cache-ttl",
            id="an option of buildah",
        ),
    ],
)
def test_refused(given: dict[str, Any], reason: str) -> None:
    with pytest.raises(UsageError) as caught:
        plan_of(**given)
    assert caught.value.message == f"this engine can run no strategy (kaniko: {reason})"

"""Plans for pack: what would lose a cache or an image is refused before anything runs."""

from dataclasses import replace
from typing import Any

import pytest

from stageplan.dockerfile.reader import read_dockerfile
from stageplan.errors import UsageError
from stageplan.graph import BuildOptions, build_graph
from stageplan.plan.facts import EngineFacts
from stageplan.plan.model import Build, Plan, Restore
from stageplan.plan.options import PlanOptions
from stageplan.plan.planner import make_plan
from stageplan.plan.strategies.pack import PROJECT

IMAGE = "r.example.com/app"
ENGINE = EngineFacts(reachable=True, kind="pack")


def plan_of(*, elsewhere: bool = False, **given: Any) -> Plan:
    app = read_dockerfile(PROJECT, ".")
    options = PlanOptions(
        context=".",
        dockerfile="",
        name="app",
        **{"image": IMAGE, "pack_builder": "r.example.com/b:1"} | given,
    )
    graph = build_graph(app, BuildOptions())
    return make_plan(graph, options, replace(ENGINE, elsewhere=elsewhere))


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        pytest.param(
            {"pack_builder": None},
            "there is no --pack-builder, the image with the buildpacks",
            id="no builder image",
        ),
        pytest.param(
            {"image": None},
            "pack keeps a cache image only of what it publishes, and there is no --image",
            id="a cache image without publishing",
        ),
        pytest.param(
            {"cache_image": IMAGE},
            "'r.example.com/app' is also the --cache-image, and the cache would take the image's place",
            id="one repository for image and cache",
        ),
        pytest.param(
            {"read_only": True},
            "pack has to write the cache image that it reads: a read-only build needs a --scratch-registry",
            id="a cache that may not be written",
        ),
        pytest.param(
            {"image": "localhost:5000/app", "elsewhere": True},
            "'localhost:5000/app' is on this machine, and the docker engine is on another",
            id="a registry that the containers cannot reach",
        ),
        pytest.param(
            {"read_only": True, "scratch_registry": "127.0.0.1:5000", "elsewhere": True},
            "'127.0.0.1:5000' is on this machine, and the docker engine is on another",
            id="a scratch registry that the containers cannot reach",
        ),
        pytest.param({"secrets": ("id=x",)}, "pack has no --secret", id="an option of Dockerfiles"),
        pytest.param(
            {"no_cache": ("app",)}, "pack has no --no-cache for one stage", id="no cache for a stage"
        ),
        pytest.param(
            {"builder": "mine"},
            "pack has no --builder: its builder image is --pack-builder",
            id="a builder of buildx",
        ),
    ],
)
def test_refused(given: dict[str, Any], reason: str) -> None:
    with pytest.raises(UsageError) as caught:
        plan_of(**given)
    assert caught.value.message == f"this engine can run no strategy (pack: {reason})"


def test_cache_options_are_for_other_caches() -> None:
    with pytest.raises(UsageError) as caught:
        plan_of(cache_options=(("type", "bind"),))
    assert caught.value.message == "strategy 'pack' takes no cache options, and 'type' is given"


def test_a_build_that_is_not_trusted_writes_to_the_scratch_registry_alone() -> None:
    plan = plan_of(read_only=True, scratch_registry="localhost:5001", fallback_scopes=("main",))
    written = [step.into for step in plan.steps if isinstance(step, Restore)]
    for step in plan.steps:
        if isinstance(step, Build) and step.cache is not None:
            written += [*step.tags, step.cache.location]
    assert written == [
        "localhost:5001/cache:{scope}",
        "localhost:5001/app:{scope}",
        "localhost:5001/app:{scope}",
        "localhost:5001/cache:{scope}",
    ]

"""Plans for several platforms: what is shared, where caches lie, and what is refused."""

import pytest

from stageplan.dockerfile.reader import read_dockerfile
from stageplan.errors import UsageError
from stageplan.graph import build_graph
from stageplan.plan.document import decode_plan, encode_plan
from stageplan.plan.facts import EngineFacts
from stageplan.plan.model import Build, MoveTags, Plan
from stageplan.plan.options import PlanOptions
from stageplan.plan.planner import make_plan
from stageplan.plan.platforms import PlatformPlan, check_platforms, joined
from stageplan.render.bake.document import bake_document
from stageplan.stages.options import BuildOptions

BOTH = ("linux/amd64", "linux/arm64")
TEXT = """\
FROM --platform=$BUILDPLATFORM busybox AS tools
RUN t
FROM --platform=$BUILDPLATFORM busybox AS cross
ARG TARGETARCH
COPY --from=tools /t /
RUN c
FROM --platform=$BUILDPLATFORM busybox AS behind
COPY --from=cross / /
RUN b
FROM --platform=$BUILDPLATFORM tools AS derived
RUN d
FROM busybox AS native
RUN n
FROM scratch
COPY --from=behind / /
COPY --from=native / /
COPY --from=derived / /
"""


def plan_of(strategy: str = "registry") -> Plan:
    dockerfile = read_dockerfile(TEXT.encode(), "Dockerfile")
    parts = []
    for platform in BOTH:
        options = PlanOptions(
            context=".",
            dockerfile="Dockerfile",
            name="app",
            image="r/app",
            strategy=strategy,
            platform=platform,
            one_of_several=True,
        )
        graph = build_graph(dockerfile, BuildOptions(platform=platform))
        plan = make_plan(graph, options, EngineFacts(reachable=False))
        parts.append(PlatformPlan(platform=platform, graph=graph, plan=plan))
    return joined(parts)


def test_what_does_not_see_the_platform_is_built_once() -> None:
    assert [step.id for step in plan_of().steps] == [
        "build:tools@linux-amd64",
        "build:cross@linux-amd64",
        "build:behind@linux-amd64",
        "build:derived@linux-amd64",
        "build:native@linux-amd64",
        "build:5@linux-amd64",
        "build:cross@linux-arm64",
        "build:behind@linux-arm64",
        "build:native@linux-arm64",
        "build:5@linux-arm64",
        "tags:5",
    ]


def test_a_build_of_one_platform_needs_those_of_its_own_and_what_is_shared() -> None:
    steps = {step.id: step for step in plan_of().steps}
    assert steps["build:5@linux-arm64"].needs == (
        "build:behind@linux-arm64",
        "build:derived@linux-amd64",
        "build:native@linux-arm64",
    )
    shared = steps["build:derived@linux-amd64"]
    assert isinstance(shared, Build)
    assert shared.unpack_for == ("build:5@linux-amd64", "build:5@linux-arm64")


@pytest.mark.parametrize("strategy", ["registry", "inline"])
def test_no_two_builds_write_one_ref(strategy: str) -> None:
    builds = [step for step in plan_of(strategy).steps if isinstance(step, Build)]
    refs = [build.cache.location for build in builds if build.cache is not None]
    assert len(refs) == len(set(refs)) == 10


def test_the_tags_name_one_index() -> None:
    (move,) = (step for step in plan_of().steps if isinstance(step, MoveTags))
    assert move.builds == ("build:5@linux-amd64", "build:5@linux-arm64")
    assert move.tags == ("{image}:{scope}",)


def test_it_goes_to_json_and_back() -> None:
    plan = plan_of()
    assert decode_plan(encode_plan(plan), path="plan.json") == plan
    assert plan.inputs.platform == "linux/amd64,linux/arm64"


@pytest.mark.parametrize(
    ("strategy", "image", "message"),
    [
        pytest.param(
            "registry",
            None,
            "'--platform linux/amd64,linux/arm64' makes an index, and there is no --image to push it to",
            id="nowhere to push",
        ),
        pytest.param(
            "keyed",
            "r/app",
            "strategy 'keyed' plans for one platform at a time: keys are for one platform",
            id="keyed",
        ),
        pytest.param(
            "archive",
            "r/app",
            "strategy 'archive' plans for one platform at a time: its builder makes no index",
            id="another builder",
        ),
    ],
)
def test_refused(strategy: str, image: str | None, message: str) -> None:
    check_platforms(BOTH[:1], strategy, image)
    with pytest.raises(UsageError) as refused:
        check_platforms(BOTH, strategy, image)
    assert refused.value.message == message


def test_bake_makes_no_index() -> None:
    with pytest.raises(UsageError) as refused:
        bake_document(plan_of(), version="0.0.0")
    assert refused.value.message == "bake cannot do step 'tags:5' of the strategy 'registry'"

"""Plans for a BuildKit of its own: where layers have to be, and what it cannot do."""

import pytest

from stageplan.dockerfile.reader import read_dockerfile
from stageplan.errors import UsageError
from stageplan.graph import build_graph
from stageplan.plan.engines import mixes_sources, needs_classic_builder
from stageplan.plan.facts import EngineFacts
from stageplan.plan.model import Build, Plan
from stageplan.plan.options import PlanOptions
from stageplan.plan.planner import make_plan
from stageplan.stages.options import BuildOptions

TEXT = b"FROM scratch AS deps\nRUN d\nFROM scratch\nCOPY --from=deps / /\nRUN f\n"
STANDALONE = EngineFacts(
    reachable=True,
    buildx_version="0.29.1",
    builder="far",
    driver="remote",
    buildkit_version="0.25.2",
    platforms=("linux/amd64",),
)
OPTIONS = PlanOptions(context=".", dockerfile="Dockerfile", name="app", image="r/app", strategy="registry")


def plan_of(options: PlanOptions, engine: EngineFacts = STANDALONE) -> Plan:
    dockerfile = read_dockerfile(TEXT, "Dockerfile")
    return make_plan(build_graph(dockerfile, BuildOptions()), options, engine)


def steps_of(strategy: str) -> dict[str, tuple[str, object, tuple[str, ...]]]:
    """By step, what becomes of the result, and for which builds layers are left in the builder."""
    options = PlanOptions(context=".", dockerfile="D", name="app", image="r/app", strategy=strategy)
    found = {step.id: step for step in plan_of(options).steps if isinstance(step, Build)}
    return {name: (step.output, step.converts is True, step.unpack_for) for name, step in found.items()}


def test_a_cache_leaves_layers_by_a_conversion() -> None:
    assert steps_of("registry") == {
        "build:deps": ("cacheonly", True, ("build:1",)),
        "build:1": ("push", False, ()),
    }


def test_a_pushed_stage_is_fetched_by_a_build_of_its_own() -> None:
    assert steps_of("inline") == {
        "fetch:deps": ("cacheonly", True, ("build:1",)),
        "build:deps": ("push", False, ()),
        "build:1": ("push", False, ()),
    }


@pytest.mark.parametrize(("strategy", "count"), [("inline", 1), ("registry", 0)])
def test_what_may_miss_is_warned_of(strategy: str, count: int) -> None:
    options = PlanOptions(context=".", dockerfile="D", name="app", image="r/app", strategy=strategy)
    assert len(plan_of(options).warnings) == count


def test_an_image_that_can_go_nowhere_is_refused() -> None:
    options = PlanOptions(context=".", dockerfile="Dockerfile", name="app", builder="far")
    with pytest.raises(UsageError) as refused:
        plan_of(options)
    assert str(refused.value) == (
        "error[nowhere-to-load]: builder 'far' has no docker engine beside it to load the image into\n"
        "hint: name an --image, which is pushed"
    )


def test_there_is_no_classic_builder() -> None:
    assert needs_classic_builder(STANDALONE, OPTIONS) == "there is no docker engine"


@pytest.mark.parametrize(
    ("version", "mixes"),
    [
        pytest.param("0.13.1", True, id="that of Engine 26"),
        pytest.param("0.25.2", False, id="that of Engine 28"),
        pytest.param(None, False, id="not started yet"),
    ],
)
def test_the_version_of_its_own_counts(version: str | None, mixes: bool) -> None:
    engine = EngineFacts(
        reachable=True, version="26.1.5", driver="docker-container", buildkit_version=version
    )
    assert mixes_sources(engine) is mixes

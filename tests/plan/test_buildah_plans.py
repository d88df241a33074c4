"""Plans for buildah and podman: what they cannot do is refused, and a cache out of reach is left out."""

from typing import Any

import pytest

from stageplan.dockerfile.reader import read_dockerfile
from stageplan.errors import UsageError
from stageplan.graph import BuildOptions, build_graph
from stageplan.plan.cache_access import layer_repository, without_cache, without_exports
from stageplan.plan.facts import EngineFacts
from stageplan.plan.model import Build, Engine, Plan, Push
from stageplan.plan.options import PlanOptions
from stageplan.plan.planner import make_plan

TEXT = "FROM x AS a\nRUN a\nFROM a AS b\nCOPY b /\nRUN b\n"
IMAGE = "r.example.com/app"


def plan_of(*, kind: Engine = "buildah", version: str | None = None, text: str = TEXT, **given: Any) -> Plan:
    dockerfile = read_dockerfile(text.encode(), "Dockerfile")
    options = PlanOptions(context=".", dockerfile="Dockerfile", name="app", **{"image": IMAGE} | given)
    engine = EngineFacts(reachable=version is not None, kind=kind, buildah_version=version)
    return make_plan(build_graph(dockerfile, BuildOptions()), options, engine)


def builds(plan: Plan) -> list[Build]:
    return [step for step in plan.steps if isinstance(step, Build)]


def refusal(reason: str) -> str:
    return f"this engine can run no strategy (buildah: {reason})"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        pytest.param(
            {"version": "1.27.4"}, refusal("it needs buildah 1.28, and here is 1.27.4"), id="an old buildah"
        ),
        pytest.param(
            {"version": "1.39.3", "cache_options": (("source-date-epoch", "0"),)},
            refusal("'--cache-option source-date-epoch' needs buildah 1.41, and here is 1.39.3"),
            id="an option that this buildah does not have",
        ),
        pytest.param(
            {"no_cache": ("a",)},
            refusal("buildah can leave the cache of all stages, and not of one: --no-cache all"),
            id="no cache for one stage",
        ),
        pytest.param(
            {"builder": "mine", "kind": "podman"}, refusal("podman has no --builder"), id="a buildx builder"
        ),
        pytest.param(
            {"image": "team/app"},
            refusal("'team/app' names no registry, and buildah would take it for an image of this machine"),
            id="an image without a registry",
        ),
        pytest.param(
            {"image": None, "cache_options": (("timestamp", "0"),)},
            refusal("there is no --image and no --cache-image, so --cache-option is for nothing"),
            id="options for no cache",
        ),
        pytest.param(
            {"strategy": "registry"},
            "strategy 'registry' cannot run here: it is built by docker, and the engine is buildah",
            id="a strategy of another engine",
        ),
        pytest.param(
            {"kind": "docker", "strategy": "buildah"},
            "strategy 'buildah' cannot run here: it is built by buildah or podman, and the engine is docker",
            id="another engine than the strategy's",
        ),
        pytest.param(
            {"cache_options": (("cache-ttl", "336h"), ("timestamp", "0"))},
            "'--cache-option cache-ttl=336h' goes by when a layer was made, "
            "and 'timestamp' gives all of them one time",
            id="options that do not go together",
        ),
        pytest.param(
            {"cache_options": (("mode", "max"),)},
            "the layers cache has no option 'mode'",
            id="an option of another cache",
        ),
    ],
)
def test_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        plan_of(**given)
    assert caught.value.message == message


def test_without_an_image_nothing_leaves_the_machine() -> None:
    plan = plan_of(image=None)
    assert plan.strategy == "buildah"
    assert [build.cache for build in builds(plan)] == [None, None]
    assert [build.tags for build in builds(plan)] == [(), ("app:{scope}",)]
    assert not any(isinstance(step, Push) for step in plan.steps)
    assert layer_repository(plan) is None


def test_several_targets_share_one_repository_of_layers() -> None:
    plan = plan_of(targets=("a", "b"), image=f"{IMAGE}-{{target}}")
    caches = {build.cache.location for build in builds(plan) if build.cache}
    assert (caches, plan.parameters.cache_image) == ({"{cache_image}"}, "r.example.com/app-cache")
    push = plan.steps[-1]
    assert isinstance(push, Push)
    assert push.images == ("r.example.com/app-a:{scope}", "r.example.com/app-b:{scope}")
    assert push.needs == ("build:a", "build:b")


def test_a_repository_that_may_not_be_written_is_still_read() -> None:
    plan = without_exports(plan_of(), "'r.example.com/app-cache' may not be written")
    assert [build.cache and build.cache.export_options for build in builds(plan)] == [None, None]
    assert plan.warnings == (
        "'r.example.com/app-cache' may not be written, so nothing is kept for the next build",
    )


def test_a_repository_that_does_not_answer_is_left_out() -> None:
    plan = without_cache(plan_of(), "registry 'r.example.com' cannot be reached")
    assert [build.cache for build in builds(plan)] == [None, None]
    assert plan.warnings == (
        "registry 'r.example.com' cannot be reached, so every instruction runs and nothing is kept",
    )


@pytest.mark.parametrize("mount", ["target=/m", "from=a,target=/m", "from=y,target=/m"])
def test_what_a_mount_shows_is_in_no_key_of_a_layer(mount: str) -> None:
    plan = plan_of(text=f"FROM x AS a\nRUN a\nFROM x AS b\nRUN --mount={mount} b\n")
    (build,) = (build for build in builds(plan) if build.stage == "b")
    assert (build.cache, build.no_cache) == (None, ("*",))
    assert plan.warnings == (
        (
            "'b' is built without the cache: a layer's key does not hold what a RUN mounts; strategy 'keyed' "
            "keeps whole stages"
        ),
    )

"""Which engines and strategies are refused, and what a file of plans may hold."""

import msgspec
import pytest

from stageplan.errors import UsageError
from stageplan.plan.facts import EngineFacts
from stageplan.plan.services.checks import check_images, check_strategy
from stageplan.plan.services.document import decode_plans
from stageplan.plan.services.names import Names

PUSHED = Names(images=("r/base:1",), address="r/base:1", pushed=True)
LOADED = Names(images=("base:1",), address="stageplan.invalid/base:1", pushed=False)
CLASSIC = EngineFacts(reachable=True, store="classic", driver="docker", builder="default")
CONTAINERD = EngineFacts(reachable=True, store="containerd", driver="docker", builder="default")
FAR = EngineFacts(reachable=True, store="classic", driver="remote", builder="far")


@pytest.mark.parametrize(
    ("names", "engine", "message"),
    [
        pytest.param(PUSHED, CONTAINERD, None, id="a registry has it, and is asked first"),
        pytest.param(LOADED, CONTAINERD, None, id="the engine has it"),
        pytest.param(PUSHED, FAR, None, id="a builder of its own holds no images"),
        pytest.param(LOADED, CLASSIC, None, id="the classic store has it"),
        pytest.param(
            LOADED,
            FAR,
            "service 'base' is not pushed, and builder 'far' cannot take its image",
            id="a builder of its own does not see the engine",
        ),
        pytest.param(
            PUSHED,
            CLASSIC,
            "the engine would take an image that it holds for that of service 'base'",
            id="the classic store comes before the registry",
        ),
    ],
)
def test_an_image_reaches_what_takes_it(names: Names, engine: EngineFacts, message: str | None) -> None:
    if message is None:
        check_images({"base"}, engine, {"base": names})
        return
    with pytest.raises(UsageError) as caught:
        check_images({"base"}, engine, {"base": names})
    assert caught.value.message == message


def test_what_nobody_takes_may_be_anywhere() -> None:
    check_images(set(), FAR, {"base": LOADED})


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        pytest.param("keyed", "its keys do not hold what the image of another service is", id="keyed"),
        pytest.param(
            "inline",
            "it looks for a cache under the scope's tag, and the file has tags of its own",
            id="inline",
        ),
        pytest.param("gha", "their stages would share one place", id="a service"),
    ],
)
def test_a_strategy_is_refused(name: str, reason: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_strategy(name)
    assert caught.value.message == f"strategy '{name}' plans no services: {reason}"


@pytest.mark.parametrize("name", ["auto", "registry", "local", "none", "no-such"])
def test_a_strategy_is_left_to_the_planner(name: str) -> None:
    check_strategy(name)


@pytest.mark.parametrize(
    "document",
    [
        pytest.param({"version": 1, "services": []}, id="no plan"),
        pytest.param({"version": 2, "services": [{}]}, id="another version"),
        pytest.param({"services": {"web": {"build": "."}}}, id="a compose file"),
    ],
)
def test_a_file_holds_no_plans(document: object) -> None:
    with pytest.raises(UsageError) as caught:
        decode_plans(msgspec.json.encode(document), path="plan.json")
    assert caught.value.rule == "plan-invalid"
    assert caught.value.message.startswith("'plan.json' holds no plans of services: ")

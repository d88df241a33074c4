"""Base images that are kept packed anew, and the builds that take them instead."""

from dataclasses import replace
from typing import Any

import pytest

from stageplan.plan.facts import EngineFacts
from stageplan.plan.model import Build
from tests.plan.keyed.planned import ENGINE, Planned

TEXT = """\
FROM x:1 AS deps
RUN a
FROM x:1 AS test
COPY --from=deps /a /a
RUN t
FROM y AS app
COPY --from=deps /a /a
"""
X = "docker.io/library/x:1"
LOWEST = {"deps": "x", "test": "x", "app": "y"}


def taken(
    planned: Planned,
    lowest: dict[str, str] = LOWEST,
    *,
    engine: EngineFacts = ENGINE,
    bases: tuple[str, ...] = (),
) -> dict[str, str]:
    """By step, what it gets for the image `x`."""
    return {
        step.id: item.build or item.repository
        for step in planned.plan(lowest_layers=lowest, engine=engine, bases=bases).steps
        if isinstance(step, Build)
        for item in step.inputs
        if item.name in {X, "docker.io/library/x:latest"}
    }


def test_it_is_packed_once_and_taken_by_all_that_start_from_it() -> None:
    planned = Planned(TEXT, checks=("test",))
    name = "docker.io/library/x"
    assert taken(planned) == {"base:deps": name, "artifact:deps": "base:deps", "marker:test": "base:deps"}
    (base,) = (step for step in planned.plan(lowest_layers=LOWEST).steps if step.id == "base:deps")
    assert isinstance(base, Build)
    assert (base.target, base.repacks, base.needs) == ("stageplan-base-deps", "linux/amd64", ())
    derived = planned.plan(lowest_layers=LOWEST).inputs.derived
    assert derived is not None
    assert "\nFROM x:1 AS stageplan-base-deps\n" in derived


def test_where_it_is_it_is_taken_without_packing() -> None:
    found = taken(Planned(TEXT, checks=("test",)), bases=(X,))
    assert found == {"artifact:deps": "{cache_image}", "marker:test": "{cache_image}"}


@pytest.mark.parametrize(
    ("text", "options", "lowest"),
    [
        pytest.param(TEXT, {}, {**LOWEST, "app": "x"}, id="something published stands on the same layer"),
        pytest.param(TEXT, {}, {"deps": "x"}, id="who knows what the published stage stands on"),
        pytest.param(TEXT, {}, {"app": "y"}, id="who knows what it stands on"),
        pytest.param(TEXT, {"read_only": True}, LOWEST, id="nothing is written"),
        pytest.param(TEXT, {"onbuild": ("RUN b",)}, LOWEST, id="a build of it would fire its triggers"),
        pytest.param(
            TEXT.replace("FROM x:1 AS test", "FROM --platform=linux/arm64 x:1 AS test"),
            {},
            LOWEST,
            id="one name for two images",
        ),
        pytest.param(
            f"{TEXT.replace('x:1', 'x')}FROM z AS x\n",
            {"targets": ("app",)},
            LOWEST,
            id="a stage has its name",
        ),
    ],
)
def test_it_stays_as_it_is(text: str, options: dict[str, Any], lowest: dict[str, str]) -> None:
    assert set(taken(Planned(text, checks=("test",), **options), lowest).values()) <= {"docker.io/library/x"}


def test_an_engine_that_unpacks_what_it_pushes_gains_nothing() -> None:
    found = taken(Planned(TEXT, checks=("test",)), engine=replace(ENGINE, version="26.1.5"))
    assert set(found.values()) == {"docker.io/library/x"}

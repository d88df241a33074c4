"""Stages that are built although the registry has them: `--no-cache`, `--max-age`, and what is behind."""

import pytest

from stageplan.plan.model import Build, Plan
from tests.plan.keyed.planned import BASE, TEXT, Planned, actions_of

ALL = ("image:base", "prefix:deps", "artifact:deps", "image:app", "marker:test")
WITHOUT = "it is built without the cache"
OLD = "it is older than --max-age"


def builds_of(plan: Plan) -> list[str]:
    """The builds, each with the stages it makes without the cache and those that it takes as they are."""
    return [
        f"{step.id} without {step.no_cache} with "
        f"{[item.name for item in step.inputs if item.digest not in {None, BASE}]}"
        for step in plan.steps
        if isinstance(step, Build)
    ]


@pytest.mark.parametrize(
    ("no_cache", "old", "builds", "actions"),
    [
        pytest.param(
            ("DEPS",),
            (),
            [
                "prefix:deps without ('deps', 'stageplan-prefix-deps') with ['base']",
                "artifact:deps without ('deps', 'stageplan-artifact-deps') with ['base']",
                "image:app without () with []",
                "marker:test without () with ['base']",
            ],
            [
                "base: present, its image is in the registry",
                f"deps: build, {WITHOUT}",
                "test: build, 'deps' is built anew",
                "app: build, 'deps' is built anew",
            ],
            id="one in the middle, and its beginning too",
        ),
        pytest.param(
            (),
            ("base",),
            [
                "image:base without ('base',) with []",
                "prefix:deps without () with []",
                "artifact:deps without () with []",
                "image:app without () with []",
                "marker:test without () with []",
            ],
            [
                f"base: build, {OLD}",
                "deps: build, 'base' is built anew",
                "test: build, 'base' is built anew",
                "app: build, 'base' is built anew",
            ],
            id="an old base: all that is behind it",
        ),
        pytest.param(
            ("test",),
            ("test",),
            ["marker:test without ('test', 'stageplan-marker-test') with ['base', 'deps']"],
            [
                "base: present, its image is in the registry",
                "deps: present, its artifact is in the registry",
                f"test: build, {WITHOUT}",
                "app: present, its image is in the registry",
            ],
            id="a check, old and named",
        ),
        pytest.param(
            ("all",),
            (),
            [
                "image:base without ('*',) with []",
                "prefix:deps without ('*',) with []",
                "artifact:deps without ('*',) with []",
                "image:app without ('*',) with []",
                "marker:test without ('*',) with []",
            ],
            [f"{name}: build, {WITHOUT}" for name in ("base", "deps", "test", "app")],
            id="all",
        ),
    ],
)
def test_what_is_built(
    no_cache: tuple[str, ...], old: tuple[str, ...], builds: list[str], actions: list[str]
) -> None:
    plan = Planned(TEXT, checks=("test",), no_cache=no_cache).plan(*ALL, tags="image:app", old=old)
    assert (builds_of(plan), actions_of(plan)) == (builds, actions)


def test_a_read_only_build_makes_it_along_the_way() -> None:
    plan = Planned(TEXT, no_cache=("deps",), read_only=True).plan(*ALL)
    assert builds_of(plan) == ["image:app without ('deps',) with ['base']"]


def test_it_is_pushed_where_it_was() -> None:
    before = Planned(TEXT).plan()
    anew = Planned(TEXT, no_cache=("all",)).plan(*ALL)
    assert tags_of(anew) == tags_of(before)


def tags_of(plan: Plan) -> dict[str, tuple[str, ...]]:
    """Where each build pushes."""
    return {step.id: step.tags for step in plan.steps if isinstance(step, Build) and step.tags}

"""Whole sequences: what is built, from which images, with which cache source, under which tags."""

from dataclasses import replace
from typing import Any

import pytest
from msgspec import UNSET

from stageplan.plan.keyed.ahead import ahead_length
from stageplan.plan.model import Build
from tests.plan.keyed.planned import ENGINE, TEXT, Planned, actions_of, steps_of

BASE_IMAGE = "image:base --target base | cache keyed__base, to inline | push image, keyed__base"
APP = "cache keyed__app, to inline | push image, keyed__app"
TAGS = "tags:app to image:app"


def case(name: str, present: tuple[str, ...], steps: list[str], actions: list[str], **options: Any) -> Any:
    return pytest.param(present, steps, actions, options, id=name)


@pytest.mark.parametrize(
    ("present", "steps", "actions", "options"),
    [
        case(
            "nothing there",
            (),
            [
                "image:base --target base | cache keyed__base, to inline | push image, keyed__base",
                (
                    "prefix:deps --target prefix-deps | base from image:base | cache keyed__deps, to "
                    "inline | push prefix, keyed__deps"
                ),
                (
                    "artifact:deps --target artifact-deps | base from image:base | cache prefix | after "
                    "prefix:deps | push artifact"
                ),
                "ahead:app --target ahead-app | cache keyed__app | cacheonly",
                (
                    "image:app --target app | deps from artifact:deps | cache keyed__app, to inline | "
                    "after ahead:app | push image, keyed__app"
                ),
                "tags:app to image:app",
            ],
            [
                "base: build, its image is not in the registry",
                "deps: build, its artifact is not in the registry",
                "test: skip, no target needs it",
                "app: build, its image is not in the registry",
            ],
        ),
        case(
            "a stage that is only run",
            ("image:base", "artifact:deps", "image:app"),
            [
                (
                    "marker:test --target marker-test | base from sha256:image:base | deps from "
                    "sha256:artifact:deps | cache image | push marker"
                ),
                "tags:app to sha256:image:app",
            ],
            [
                "base: present, its image is in the registry",
                "deps: present, its artifact is in the registry",
                "test: build, its marker is not in the registry",
                "app: present, its image is in the registry",
            ],
            checks=("test",),
        ),
        case(
            "all there, the tag too",
            ("image:base", "artifact:deps", "prefix:deps", "image:app", "marker:test", "tag:image:app"),
            [],
            [
                "base: skip, what needs it is in the registry",
                "deps: skip, what needs it is in the registry",
                "test: present, its marker is in the registry",
                "app: present, its image is in the registry",
            ],
            checks=("test",),
        ),
        case(
            "another branch: only a tag has to move",
            ("image:app", "tag:image:other"),
            ["tags:app to sha256:image:app"],
            [
                "base: skip, what needs it is in the registry",
                "deps: skip, what needs it is in the registry",
                "test: skip, no target needs it",
                "app: present, its image is in the registry",
            ],
        ),
        case(
            "only the target is missing",
            ("image:base", "artifact:deps", "prefix:deps"),
            [f"image:app --target app | deps from sha256:artifact:deps | {APP}", TAGS],
            [
                "base: skip, what needs it is in the registry",
                "deps: present, its artifact is in the registry",
                "test: skip, no target needs it",
                "app: build, its image is not in the registry",
            ],
        ),
        case(
            "sources changed: the beginning is there",
            ("image:base", "prefix:deps"),
            [
                (
                    "artifact:deps --target artifact-deps | base from sha256:image:base | cache prefix | "
                    "push artifact"
                ),
                "ahead:app --target ahead-app | cache keyed__app | cacheonly",
                (
                    "image:app --target app | deps from artifact:deps | cache keyed__app, to inline | "
                    "after ahead:app | push image, keyed__app"
                ),
                "tags:app to image:app",
            ],
            [
                "base: present, its image is in the registry",
                "deps: build, its artifact is not in the registry",
                "test: skip, no target needs it",
                "app: build, its image is not in the registry",
            ],
        ),
        case(
            "read-only, nothing there: what has a cache source is built before what needs it",
            (),
            [
                "image:base --target base | cache keyed__base | cacheonly",
                "image:deps --target deps | cache keyed__deps | after image:base | cacheonly",
                "image:app --target app | cache keyed__app | after image:base, image:deps | cacheonly",
                "marker:test --target test | after image:base, image:deps | cacheonly",
            ],
            [
                "base: build, its image is not in the registry",
                "deps: build, its artifact is not in the registry",
                "test: build, its marker is not in the registry",
                "app: build, its image is not in the registry",
            ],
            checks=("test",),
            read_only=True,
        ),
        case(
            "read-only, sources changed: what is there is taken",
            ("image:base", "prefix:deps"),
            [
                "image:deps --target deps | base from sha256:image:base | cache prefix | cacheonly",
                (
                    "image:app --target app | base from sha256:image:base | cache keyed__app"
                    " | after image:deps | cacheonly"
                ),
            ],
            [
                "base: present, its image is in the registry",
                "deps: build, its artifact is not in the registry",
                "test: skip, no target needs it",
                "app: build, its image is not in the registry",
            ],
            read_only=True,
        ),
        case(
            "read-only, another branch: no tag moves",
            ("image:app",),
            [],
            [
                "base: skip, what needs it is in the registry",
                "deps: skip, what needs it is in the registry",
                "test: skip, no target needs it",
                "app: present, its image is in the registry",
            ],
            read_only=True,
        ),
    ],
)
def test_a_build(
    present: tuple[str, ...], steps: list[str], actions: list[str], options: dict[str, Any]
) -> None:
    tags = [piece.removeprefix("tag:") for piece in present if piece.startswith("tag:")]
    pieces = [piece for piece in present if not piece.startswith("tag:")]
    plan = Planned(TEXT, **options).plan(*pieces, tags="".join(tags))
    assert (steps_of(plan), actions_of(plan)) == (steps, actions)


def test_what_is_left_for_a_later_build_where_nothing_is_pushed_is_unpacked() -> None:
    plan = Planned(TEXT, read_only=True).plan()
    assert {step.id: step.unpack for step in plan.steps if isinstance(step, Build)} == {
        "image:base": True,
        "image:deps": True,
        "image:app": False,
    }


@pytest.mark.parametrize(
    ("lowest_layers", "packed"),
    [
        pytest.param({"tools": "x", "base": "y", "app": "y"}, True, id="other bases"),
        pytest.param({"tools": "x", "base": "", "app": ""}, True, id="on scratch"),
        pytest.param({"tools": "x", "base": "x", "app": "x"}, False, id="the same base"),
        pytest.param({"tools": "x"}, False, id="a base that is not known"),
        pytest.param({"base": "y", "app": "y"}, False, id="an own base that is not known"),
    ],
)
def test_layers_that_only_later_builds_take_are_packed_to_be_unpacked_fast(
    lowest_layers: dict[str, str], packed: bool
) -> None:
    tools = "FROM x AS tools\nRUN a\nFROM tools AS t\nRUN t\n"
    text = f"{tools}FROM y AS base\nRUN b\nFROM base AS app\nCOPY --from=tools /a /a\n"
    plan = Planned(text, checks=("t",)).plan(lowest_layers=lowest_layers)
    found = {
        step.id: (step.compression, step.force_compression)
        for step in plan.steps
        if isinstance(step, Build) and step.compression is not UNSET
    }
    assert found == (
        {"base:tools": ("zstd", True), "image:tools": ("zstd", True)}
        if packed
        else {"image:tools": ("zstd", UNSET)}
    )


@pytest.mark.parametrize(
    ("text", "length"),
    [
        pytest.param("FROM y AS f\nCOPY --from=a /a /a\n", 0, id="the base alone"),
        pytest.param("FROM y AS f\nWORKDIR /f\nRUN f\nCOPY --from=a /a /a\n", 2, id="up to the first copy"),
        pytest.param("FROM x AS f\nCOPY --from=a /a /a\n", None, id="the other build fetches the base"),
        pytest.param("FROM x AS f\nRUN f\nCOPY --from=a /a /a\n", None, id="and it would be in its way"),
        pytest.param("FROM scratch AS f\nCOPY --from=a /a /a\n", None, id="nothing"),
        pytest.param("FROM a AS f\nRUN f\n", None, id="it stands on what is made"),
    ],
)
def test_what_a_stage_begins_with_is_made_ahead(text: str, length: int | None) -> None:
    planned = Planned(f"FROM x AS a\nRUN a\n{text}")
    assert ahead_length(planned.pieces, 1, [0]) == length
    made = [step.id for step in planned.plan().steps if step.id.startswith("ahead:")]
    assert made == ([] if length is None else ["ahead:f"])


def test_nothing_is_made_ahead_by_an_engine_that_may_not_find_it_again() -> None:
    plan = Planned(TEXT).plan(engine=replace(ENGINE, version="26.1.5"))
    assert [step.id for step in plan.steps] == [
        "image:base",
        "prefix:deps",
        "artifact:deps",
        "image:app",
        "tags:app",
    ]


def test_a_change_of_the_sources_needs_no_image_of_the_base() -> None:
    """The keys of what the change does not reach stay."""
    before = Planned(TEXT)
    after = Planned(TEXT, files=(".",))
    kept = ("image:base", "prefix:deps")
    assert all(before.location(piece) == after.location(piece) for piece in kept)
    assert all(before.location(piece) != after.location(piece) for piece in ("artifact:deps", "image:app"))


def test_tags_wait_for_every_build() -> None:
    *builds, tags = Planned(TEXT, checks=("test",)).plan("image:app").steps
    assert tags.needs == tuple(step.id for step in builds)
    assert [step.id for step in builds] == ["image:base", "prefix:deps", "artifact:deps", "marker:test"]

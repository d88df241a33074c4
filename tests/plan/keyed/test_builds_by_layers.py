"""Keyed plans for buildah and podman: images stay on the machine, and every layer has a key of its own."""

import pytest
from msgspec import UNSET

from stageplan.errors import UsageError
from stageplan.plan.facts import EngineFacts
from stageplan.plan.model import Build, MoveTags
from tests.plan.keyed.planned import ENGINE, TEXT, Planned, steps_of

BUILDAH = EngineFacts(reachable=True, kind="buildah", buildah_version="1.28.2")
TAG = "{image}:{scope}"
LAYERS = "cache {cache_image}, to layers"


def planned(text: str = TEXT, **options: object) -> Planned:
    return Planned(text, engine=BUILDAH, **options)  # type: ignore[arg-type]


def builds(text: str = TEXT, **options: object) -> dict[str, Build]:
    """The builds of a plan where nothing is there, by id."""
    return {step.id: step for step in planned(text, **options).plan().steps if isinstance(step, Build)}


def test_nothing_is_there() -> None:
    assert steps_of(planned(checks=("test",)).plan()) == [
        f"image:base --target base | {LAYERS} | load image",
        "push:image:base of image",
        f"artifact:deps --target artifact-deps | base from image:base | {LAYERS} | load artifact",
        "push:artifact:deps of artifact",
        f"image:app --target app | deps from artifact:deps | {LAYERS} | load image, {TAG}",
        "push:image:app of image",
        f"run:test --target test | base from image:base | deps from artifact:deps | {LAYERS} | cacheonly",
        "marker:test --target marker-test | after run:test | load marker",
        "push:marker:test of marker",
        f"tags:app of {TAG}",
    ]


def test_a_target_that_is_there_gets_its_tags() -> None:
    plan = planned(scope="branch").plan("image:app")
    (move,) = plan.steps
    assert isinstance(move, MoveTags)
    assert (move.build, move.digest) == (None, "sha256:image:app")


def test_what_buildah_makes_is_kept_apart_from_what_docker_makes() -> None:
    pieces = ("image:base", "artifact:deps")
    assert {planned().location(piece) for piece in pieces}.isdisjoint(map(Planned(TEXT).location, pieces))


def test_an_image_is_pinned_by_the_name_that_stands_in_the_file() -> None:
    made = builds("FROM x AS a\nRUN a\nFROM docker.io/library/x\nCOPY --from=a /a /\nCOPY --from=y /y /\n")
    pinned = {step: [item.name for item in build.inputs] for step, build in made.items()}
    assert pinned == {"artifact:a": ["x"], "image:1": ["a", "docker.io/library/x", "y"]}


@pytest.mark.parametrize(
    "mount", ["target=/m", "from=base,target=/m", "from=y,target=/m", "type=cache,from=base,target=/m"]
)
def test_what_a_mount_shows_is_in_no_key_of_a_layer(mount: str) -> None:
    made = builds(f"FROM x AS base\nRUN setup\nFROM x AS app\nRUN --mount={mount} y\n")
    assert (made["image:app"].cache, made["image:app"].no_cache) == (None, ("*",))


@pytest.mark.parametrize("mount", ["type=cache,target=/m", "type=tmpfs,target=/m", "type=secret,id=s"])
def test_a_mount_that_shows_no_files_takes_nothing_away(mount: str) -> None:
    made = builds(f"FROM x AS app\nRUN --mount={mount} y\n")
    assert made["image:app"].cache is not None
    assert made["image:app"].no_cache == ()


def test_what_a_cache_mount_begins_with_is_built_along() -> None:
    made = builds("FROM x AS base\nRUN b\nFROM x AS app\nRUN --mount=type=cache,from=base,target=/m y\n")
    assert list(made) == ["image:app"]
    assert made["image:app"].stages == (0, 1)


def test_one_stage_is_built_without_the_cache() -> None:
    made = builds(no_cache=("deps",))
    assert {step: build.no_cache for step, build in made.items()} == {
        "image:base": (),
        "artifact:deps": ("*",),
        "image:app": (),
    }


def test_nothing_is_pushed_by_who_may_only_read() -> None:
    plan = planned(read_only=True, checks=("test",)).plan()
    assert steps_of(plan) == [
        "image:app --target app | cache {cache_image} | cacheonly",
        "marker:test --target test | cache {cache_image} | cacheonly",
    ]


def test_buildah_is_told_of_the_dockerfiles_own_ignore_file() -> None:
    own = "Dockerfile.dockerignore"
    assert planned(ignore_file=own).plan().inputs.ignore_file == own
    assert Planned(TEXT, ignore_file=own).plan(engine=ENGINE).inputs.ignore_file is UNSET


@pytest.mark.parametrize(
    ("engine", "options", "message"),
    [
        pytest.param(
            EngineFacts(reachable=True, kind="podman", buildah_version="1.27.0"),
            {},
            "strategy 'keyed' cannot run here: it needs buildah 1.28, and here is 1.27.0",
            id="an old buildah",
        ),
        pytest.param(
            BUILDAH,
            {"image": "team/app"},
            "strategy 'keyed' cannot run here: 'team/app' names no registry, and buildah would take it for "
            "an image of this machine",
            id="an image without a registry",
        ),
        pytest.param(
            EngineFacts(reachable=True, kind="kaniko"),
            {},
            "strategy 'keyed' cannot run here: it is built by docker or buildah or podman, and the engine is "
            "kaniko",
            id="an engine that keeps nothing by key",
        ),
    ],
)
def test_refused(engine: EngineFacts, options: dict[str, str], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        Planned(TEXT, engine=engine, **options)  # type: ignore[arg-type]
    assert caught.value.message == message


def test_two_targets_of_one_content_are_built_once_and_tagged_both() -> None:
    text = "FROM x AS one\nRUN same\nFROM x AS two\nRUN same\n"
    plan = planned(text, targets=("one", "two"), image="r.example.com/{target}").plan()
    one, two = "r.example.com/one:{scope}", "r.example.com/two:{scope}"
    assert steps_of(plan) == [
        f"image:one --target one | {LAYERS} | load image, {one}, {two}",
        "push:image:one of image",
        f"tags:one of {one}",
        f"tags:two of {two}",
    ]

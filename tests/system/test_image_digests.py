"""Digests of images: asked once each, pinned, told by a mirror, or not known."""

from collections.abc import Mapping
from pathlib import Path

import pytest

import lab
from stageplan.keys.lock import LockedImage, locked_image
from stageplan.stages.options import ImageConfig
from stageplan.system.base_images import BaseImages, Moved
from stageplan.system.image_configs import ImageConfigs
from stageplan.system.mirrors import Mirrors
from stageplan.system.registry import Registry

AMD64 = "linux/amd64"
OLD = f"sha256:{'0' * 64}"
CONFIG = {"Env": ["A=1"], "OnBuild": ["RUN a"], "WorkingDir": "/w"}


def known() -> ImageConfig:
    """What is found of an image that is pushed with that."""
    lowest = lab.layers.busybox().diff_id
    return ImageConfig(
        environment={"A": "1"}, onbuild=("RUN a",), working_directory="/w", lowest_layer=lowest
    )


def asker(
    folder: Path,
    *,
    lock: Mapping[str, LockedImage] | None = None,
    offline: bool = False,
    mirrors: Mirrors | None = None,
) -> BaseImages:
    registry = None if offline else Registry()
    return BaseImages(ImageConfigs(folder / "images"), lock=lock or {}, registry=registry, mirrors=mirrors)


def manifests(registry: lab.Registry) -> list[str]:
    return [request for request in registry.requests() if "/manifests/" in request and "PUT" not in request]


def test_one_question_a_tag_once_a_base_is_known(registry: lab.Registry, tmp_path: Path) -> None:
    digest = lab.push_image(registry, "base:1", config=CONFIG)
    ref = f"{registry.host}/base:1"
    first = asker(tmp_path).facts([ref, ref], {ref: AMD64})
    assert (first.digests, first.configs, first.problems) == ({ref: digest}, {ref: known()}, {})
    asked = len(manifests(registry))
    assert asker(tmp_path).facts([ref], {ref: AMD64}).configs == {ref: known()}
    assert manifests(registry)[asked:] == ["HEAD /v2/base/manifests/1 200"]


def test_an_image_that_names_its_digest_is_not_asked_for_it(registry: lab.Registry, tmp_path: Path) -> None:
    digest = lab.push_image(registry, "base:1")
    ref = f"{registry.host}/base@{digest}"
    asked = len(manifests(registry))
    assert asker(tmp_path).facts([ref], {}).digests == {ref: digest}
    assert manifests(registry)[asked:] == []


def test_a_pinned_tag_stays_where_it_was_and_its_move_is_told(registry: lab.Registry, tmp_path: Path) -> None:
    old = lab.push_image(registry, "base:1", config=CONFIG)
    now = lab.push_image(registry, "base:1", revision=2)
    ref = f"{registry.host}/base:1"
    facts = asker(tmp_path, lock={ref: LockedImage(digest=old)}).facts([ref], {ref: AMD64})
    assert facts.digests == {ref: old}
    assert facts.configs == {ref: known()}  # of what is pinned, not of what the tag names now
    assert facts.moved == (Moved(ref=ref, pinned=old, now=now),)


def test_offline_the_lock_file_tells_all(tmp_path: Path) -> None:
    locked = locked_image(OLD, known())
    pinned, other = "registry.example.org/base:1", "registry.example.org/other:1"
    facts = asker(tmp_path, lock={pinned: locked}, offline=True).facts([pinned, other], {pinned: AMD64})
    assert (facts.digests, facts.configs) == ({pinned: OLD}, {pinned: known()})
    assert facts.problems == {other: "nobody was asked, and stageplan.lock does not have it"}


def test_the_lock_file_stands_in_for_a_registry_that_does_not_answer(tmp_path: Path) -> None:
    ref = "127.0.0.1:1/base:1"
    facts = asker(tmp_path, lock={ref: LockedImage(digest=OLD)}).facts([ref], {ref: AMD64})
    assert (facts.digests, facts.configs, facts.moved) == ({ref: OLD}, {ref: ImageConfig()}, ())


def test_a_mirror_is_asked_before_docker_hub(registry: lab.Registry, tmp_path: Path) -> None:
    digest = lab.push_image(registry, "library/base:1", config=CONFIG)
    ref = "docker.io/library/base:1"
    facts = asker(tmp_path, mirrors=Mirrors([f"http://{registry.host}"])).facts([ref], {ref: AMD64})
    assert (facts.digests, facts.configs) == ({ref: digest}, {ref: known()})


@pytest.mark.parametrize(
    ("ref", "problem"),
    [
        pytest.param("{host}/base:none", "its registry does not have it", id="no such tag"),
        pytest.param(
            "127.0.0.1:1/base:1",
            "registry '127.0.0.1:1' cannot be reached: connection refused",
            id="no such registry",
        ),
    ],
)
def test_what_is_not_known_says_why(registry: lab.Registry, tmp_path: Path, ref: str, problem: str) -> None:
    name = ref.format(host=registry.host)
    facts = asker(tmp_path).facts([name], {name: AMD64})
    assert (facts.digests, facts.problems) == ({}, {name: problem})

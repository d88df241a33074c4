"""`prune` among hundreds of tags, while a build pushes: what stays builds, and what goes is freed."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import lab
from stageplan.plan.scope import slug
from stageplan.system.registry import Registry
from tests.scenarios.keyed_project import DOCKERFILE, SOURCE, STAGEPLAN, TEST, Project
from tests.scenarios.pushed import Pushed

BRANCHES = 40
STAGES = ("deps", "build", "keyed__app")
KEPT = ("topic", "Feature/Kept")


def git(folder: Path, *words: str) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    subprocess.run(["git", *identity, *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def project(registry: lab.Registry, tmp_path: Path) -> Project:
    """A clone whose origin has `main`, two branches, and a tag named like a branch that is gone."""
    origin, folder = tmp_path / "origin", tmp_path / "context"
    for words in (("init", "-q", "-b", "main"), ("commit", "-q", "--allow-empty", "-m", "x"), ("tag", "v1")):
        origin.mkdir(exist_ok=True)
        git(origin, *words)
    for branch in KEPT:
        git(origin, "branch", branch)
    git(tmp_path, "clone", "-q", str(origin), str(folder))
    made = Project(folder=folder, registry=registry)
    made.write(Dockerfile=DOCKERFILE, deps_txt="deps\n", app_txt="app\n")
    return made


def push_the_past(registry: lab.Registry) -> Iterator[tuple[str, str]]:
    """Pushes what branches leave behind in half a year; for each ref whether it stays."""
    cache, image = Pushed(f"{registry.host}/app-cache"), Pushed(f"{registry.host}/app")
    base = b"a base that all share" * 1000
    for number in range(BRANCHES):
        kept = number < len(KEPT)
        scope = slug(KEPT[number]) if kept else "v1" if number == len(KEPT) else slug(f"Gone/{number}")
        fate = "stays" if kept or scope == "v1" else "goes"
        common = b"shared by two" * 1000 + bytes([number // 2])
        for stage in STAGES:
            tag = f"{scope}__{stage}"
            cache.image(tag, layers=[base, common, f"{scope} {stage}".encode() * 1000], days=20)
            yield f"app-cache:{tag}", fate
        parts = [image.image(layers=[base, f"{scope} {part}".encode()], days=20) for part in range(2)]
        image.index(scope, of=parts)
        yield f"app:{scope}", fate
        if number % 4 == 0:  # an image of one platform that has a tag of its own
            image.registry.copy_tag(f"{image.repository}@{parts[0]}", f"{image.repository}:amd64-{number}")
            yield f"app:amd64-{number}", "stays"
    for number in range(60):
        tag = f"artifact-{number:064x}"
        cache.image(tag, layers=[base, f"artifact {number}".encode() * 500], days=10 + number)
        yield f"app-cache:{tag}", "stays" if number < 20 else "goes"
    shared = cache.image("gone-a__x", f"image-{'a' * 64}", "topic__x", layers=[base, b"three tags"], days=90)
    yield from (("app-cache:gone-a__x", "goes"), ("app-cache:topic__x", "goes"))
    yield f"app-cache:image-{'a' * 64}", "goes"
    cache.image(f"{slug(KEPT[1])}__old", f"image-{'b' * 64}", layers=[base, b"one of two"], days=25)
    cache.registry.copy_tag(f"{cache.repository}:image-{'b' * 64}", f"{cache.repository}:gone-a__y")
    yield from ((f"app-cache:{slug(KEPT[1])}__old", "stays"), (f"app-cache:image-{'b' * 64}", "stays"))
    yield "app-cache:gone-a__y", "goes"
    cache.image("sha256-x.sig", layers=[b"signature"], subject=shared, days=90)
    yield "app-cache:sha256-x.sig", "stays"


def pruned(engine: lab.Engine, project: Project, *more: str) -> dict[str, Any]:
    words = ("prune", ".", "--image", f"{project.registry.host}/app", "--check", "test", "--gone", "--json")
    done = engine.run(*STAGEPLAN, *words, "--older-than", "30d", *more, cwd=project.folder)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def content_of_tags(host: str) -> set[str]:
    """The digests of all that the tags of a registry need; every one of them is there."""
    registry, found = Registry(), set[str]()
    for repository in (f"{host}/app", f"{host}/app-cache"):
        waiting = list(registry.refs(repository))
        while waiting:
            manifest = registry.manifest(waiting.pop())
            assert manifest is not None
            document = json.loads(manifest.body)
            config = [document["config"]] if "config" in document else []
            parts = (*config, *document.get("layers", ()), *document.get("manifests", ()))
            found |= {manifest.digest, *(part["digest"] for part in parts)}
            needed = (*document.get("manifests", ()), *filter(None, [document.get("subject")]))
            waiting += [
                f"{repository}@{part['digest']}" for part in needed if "manifest" in part["mediaType"]
            ]
    return found


def test_what_stays_builds_and_what_goes_is_freed(engine: lab.Engine, project: Project) -> None:
    registry = project.registry
    project.run(engine)
    project.run(engine, "--scope", "gone-b")
    project.run(engine, "--strategy", "registry")
    expected = dict(push_the_past(registry))
    assert len(expected) > 200
    expected |= {ref: "stays" for ref in project.refs() if ref not in expected}
    expected["app:gone-b"] = "stays"  # nothing but the word tells whose it is

    planned = pruned(engine, project)
    found = {
        f"{entry['repository'].rpartition('/')[2]}:{entry['tag']}": fate
        for fate in ("goes", "stays")
        for entry in planned[fate]
    }
    assert found == expected
    assert not planned["deleted"]
    assert set(project.refs()) == set(expected)

    before = registry.blobs()
    project.write(app_txt="busy\n")
    building = project.start(engine, "--scope", "busy")
    done = pruned(engine, project, "--yes")
    told, _ = building.communicate(timeout=300)
    assert building.returncode == 0, told
    assert done["skipped"] == []
    stays = {ref for ref, fate in expected.items() if fate == "stays"}
    left = project.refs()
    new = {ref for ref in left if ref not in expected}
    assert set(left) == stays | new
    assert {"app:busy", "app-cache:busy__keyed__app"} <= new
    assert pruned(engine, project)["goes"] == []

    needed = content_of_tags(registry.host)
    full = registry.blobs()
    registry.collect_garbage()
    after = registry.blobs()
    assert needed <= after.keys()
    freed = sum(full.values()) - sum(after.values())
    assert (
        freed >= done["freed"] == sum(before[digest] for digest in before.keys() - after.keys()) > 1_000_000
    )

    engine.wipe()
    assert project.run(engine, "--scope", "busy") == ()
    assert project.output(engine, "busy") == "deps\nbusy\n"
    project.write(app_txt="app\n")
    assert project.run(engine) == ()
    assert project.run(engine, "--strategy", "registry") == ()
    assert project.output(engine) == "deps\napp\n"
    project.write(app_txt="changed\n")
    assert project.run(engine)[: len(SOURCE) + len(TEST)] == (*SOURCE, *TEST)

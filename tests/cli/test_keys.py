"""Keys of a request: asked, pinned, offline."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import lab
from stageplan.cli.keys import Keyed, moved_warnings, request_keys
from stageplan.cli.request import read_request
from stageplan.errors import UnreachableError
from stageplan.keys.lock import decode_lock

PLATFORM = "linux/amd64"
CONFIG = {"Env": ["WHERE=src"], "OnBuild": ["COPY src /triggered"]}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project to stand in, with nothing known from before."""
    folder = tmp_path / "project"
    (folder / "src").mkdir(parents=True)
    (folder / "src/a").write_text("a")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    return folder


def keys(*, offline: bool = False, pin: bool = False, targets: tuple[str, ...] = ()) -> Keyed:
    request = read_request(".", {"targets": targets})
    return request_keys(request, platform=PLATFORM, offline=offline, pin=pin)


def test_triggers_and_variables_of_the_base_count(registry: lab.Registry, folder: Path) -> None:
    digest = lab.push_image(registry, "base:1", config=CONFIG)
    (folder / "Dockerfile").write_text(f"FROM {registry.host}/base:1 AS app\nCOPY $WHERE /copied\n")
    (key,) = keys().keys
    assert [(item.kind, item.name) for item in key.inputs] == [
        ("platform", "platform"),
        ("base-image", f"{registry.host}/base:1"),
        ("instruction", "COPY"),
        ("files", "src"),
        ("instruction", "COPY"),
        ("files", "src"),
    ]
    assert (key.inputs[1].value, key.unkeyed) == (digest, None)


def test_a_base_for_two_platforms_is_inspected_for_both(registry: lab.Registry, folder: Path) -> None:
    lab.push_image(registry, "base:1")
    base = f"{registry.host}/base:1"
    (folder / "Dockerfile").write_text(
        f"FROM --platform=linux/amd64 {base} AS a\nFROM --platform=linux/arm64 {base}\nCOPY --from=a /x /\n"
    )
    keyed = keys()
    assert sorted(keyed.images.configs) == [(base, "linux/amd64"), (base, "linux/arm64")]
    assert [key.unkeyed for key in keyed.keys] == [None, None]


def test_what_is_pinned_stays_and_offline_it_gives_the_same_keys(
    registry: lab.Registry, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = lab.push_image(registry, "base:1", config=CONFIG)
    base = f"{registry.host}/base:1"
    (folder / "Dockerfile").write_text(f"FROM {base}\nCOPY $WHERE /copied\n")
    other = {"registry.example.org/other:1": {"digest": f"sha256:{'2' * 64}"}}
    (folder / "stageplan.lock").write_text(json.dumps({"version": 1, "images": other}))
    pinned = keys(pin=True)
    lock = decode_lock((folder / "stageplan.lock").read_bytes(), path="stageplan.lock")
    # what another Dockerfile here starts from stays pinned too
    assert {ref: image.digest for ref, image in lock.items()} == {
        base: old,
        "registry.example.org/other:1": f"sha256:{'2' * 64}",
    }
    now = lab.push_image(registry, "base:1", revision=2)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "nothing"))
    later = keys()
    assert [key.digest for key in later.keys] == [key.digest for key in pinned.keys]
    assert moved_warnings(later.images.moved) == (
        f"'{base}' is pinned to {old} and is {now} now; take that with --pin",
    )
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "nothing else"))
    assert [key.digest for key in keys(offline=True).keys] == [key.digest for key in pinned.keys]
    assert keys(pin=True).images.digests == {base: now}


def test_what_nobody_knows_cannot_be_pinned(registry: lab.Registry, folder: Path) -> None:
    (folder / "Dockerfile").write_text(f"FROM {registry.host}/none:1\n")
    with pytest.raises(UnreachableError) as caught:
        keys(pin=True)
    assert str(caught.value) == (
        f"error[pin]: '{registry.host}/none:1' cannot be pinned: its registry does not have it\n"
        "hint: check its name, and log in"
    )
    assert not (folder / "stageplan.lock").exists()


def test_an_image_that_names_its_digest_is_not_pinned_again(registry: lab.Registry, folder: Path) -> None:
    digest = lab.push_image(registry, "base:1")
    (folder / "Dockerfile").write_text(f"FROM {registry.host}/base@{digest}\n")
    keys(pin=True)
    assert decode_lock((folder / "stageplan.lock").read_bytes(), path="stageplan.lock") == {}


def test_only_needed_images_are_asked(registry: lab.Registry, folder: Path) -> None:
    lab.push_image(registry, "base:1")
    (folder / "Dockerfile").write_text(
        f"FROM {registry.host}/base:1 AS a\nFROM {registry.host}/never:1 AS b\nCOPY nowhere /\n"
    )
    a, b = keys(targets=("a",)).keys
    assert (a.unkeyed, b.unkeyed) == (None, "no target needs it")
    assert not [request for request in registry.requests() if "never" in request]


def test_a_plan_pins_first(registry: lab.Registry, folder: Path) -> None:
    digest = lab.push_image(registry, "base:1")
    (folder / "Dockerfile").write_text(f"FROM {registry.host}/base:1\n")
    command = [sys.executable, "-m", "stageplan", "plan", "--pin"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert "pinned 1 image in stageplan.lock" in done.stderr
    lock = decode_lock((folder / "stageplan.lock").read_bytes(), path="stageplan.lock")
    assert [image.digest for image in lock.values()] == [digest]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        pytest.param(
            (".", "--offline"), "--pin asks registries, and --offline does not let it", id="offline"
        ),
        pytest.param(
            ("plan.json",),
            "'plan.json' is a plan, whose images are what they were; pin them before it",
            id="plan",
        ),
    ],
)
def test_what_cannot_be_pinned_is_refused(folder: Path, words: tuple[str, ...], message: str) -> None:
    command = [sys.executable, "-m", "stageplan", "plan", *words, "--pin"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert (done.returncode, message in done.stderr) == (2, True)

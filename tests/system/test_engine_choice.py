"""Which program builds, with programs on PATH that answer as the real ones do."""

from pathlib import Path

import pytest

from stageplan.errors import UsageError
from stageplan.plan.facts import EngineFacts
from stageplan.plan.model import Engine
from stageplan.system.engine_choice import choose_engine

ANSWERS = {
    "buildah": "buildah version 1.28.2 (image-spec 1.0.2-dev, runtime-spec 1.0.2-dev)",
    "podman": "podman version 4.3.1",
}


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with no engine; what is put into the folder is on its PATH."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    monkeypatch.setattr("docker.constants.DEFAULT_UNIX_SOCKET", f"http+unix://{tmp_path}/no.sock")
    monkeypatch.setenv("BUILDAH_ISOLATION", "chroot")
    return tmp_path


def put(folder: Path, program: str) -> None:
    text = ANSWERS[program]
    inside = "1.28.0" if program == "podman" else ""
    (folder / program).write_text(
        f"#!/bin/sh\ncase $1 in --version) echo '{text}' ;; *) echo '{inside}' ;; esac\n"
    )
    (folder / program).chmod(0o755)


@pytest.mark.parametrize(
    ("programs", "able", "expected"),
    [
        pytest.param(("buildah", "podman"), (), ("buildah", "1.28.2", "1.28.2"), id="buildah before podman"),
        pytest.param(("podman",), (), ("podman", "4.3.1", "1.28.0"), id="podman, with the buildah in it"),
        pytest.param(
            ("buildah", "podman"), ("podman",), ("podman", "4.3.1", "1.28.0"), id="what the strategy can use"
        ),
    ],
)
def test_the_first_that_answers(
    path: Path, programs: tuple[str, ...], able: tuple[Engine, ...], expected: tuple[str, str, str]
) -> None:
    for program in programs:
        put(path, program)
    facts = choose_engine(None, able=able)
    assert facts.reachable
    assert (facts.kind, facts.version, facts.buildah_version) == expected


@pytest.mark.usefixtures("path")
def test_where_none_answers_it_is_docker_that_does_not() -> None:
    facts = choose_engine(None)
    assert (facts.kind, facts.reachable) == ("docker", False)


def test_who_names_a_docker_host_means_docker(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(path, "buildah")
    monkeypatch.setenv("DOCKER_HOST", f"unix://{path}/no.sock")
    facts = choose_engine(None)
    assert (facts.kind, facts.reachable) == ("docker", False)


def test_one_that_is_asked_for_and_not_there(path: Path) -> None:
    put(path, "podman")
    assert choose_engine("buildah") == EngineFacts(
        reachable=False, reason="there is no buildah on PATH", kind="buildah"
    )


def test_a_name_that_is_none() -> None:
    with pytest.raises(UsageError) as caught:
        choose_engine("buildha")
    assert str(caught.value) == (
        "error[unknown-engine]: there is no engine 'buildha'\nhint: did you mean 'buildah'?"
    )


def test_a_run_needs_a_runtime_or_chroot(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(path, "buildah")
    assert choose_engine("buildah").limits == ()
    monkeypatch.delenv("BUILDAH_ISOLATION")
    monkeypatch.setattr("stageplan.system.buildah._RUNTIMES", ("no-runtime",))
    assert choose_engine("buildah").limits == (
        (
            "none of no-runtime is on PATH, and a RUN needs one",
            "install crun, or set BUILDAH_ISOLATION=chroot",
        ),
    )

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

import lab
from stageplan.errors import UnreachableError
from stageplan.run.ports import ClassicBuild, ImagesError
from stageplan.system.engine_images import DockerEngine

Message = Mapping[str, Any]


def _all_files(root: Path, _: Path) -> Iterable[str]:
    """Every file of the context: what no .dockerignore leaves out."""
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*"))


def _only(*names: str) -> Callable[[Path, Path], Iterable[str]]:
    return lambda _root, _file: names


@pytest.fixture
def images(classic_engine: lab.Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[DockerEngine]:
    """An engine with the classic store, which has a classic builder whose cache works."""
    monkeypatch.setenv("DOCKER_HOST", classic_engine.host)
    monkeypatch.setenv("DOCKER_CONFIG", classic_engine.env["DOCKER_CONFIG"])
    with DockerEngine(_all_files) as docker:
        yield docker


def _ignore(_: Message) -> None:
    """No interest in progress."""


def _build(context: Path, *tags: str, **more: Any) -> ClassicBuild:
    values: dict[str, Any] = {
        "context": str(context),
        "dockerfile": str(context / "Dockerfile"),
        "target": None,
        "platform": None,
        "build_args": {},
        "cache_from": (),
        "tags": tags,
    }
    return ClassicBuild(**{**values, **more})


def _said(messages: list[Message]) -> str:
    return "".join(str(message.get("stream", "")) for message in messages)


def test_images_are_pulled_tagged_pushed_and_found(images: DockerEngine, registry: lab.Registry) -> None:
    lab.push_image(registry, "app:main")
    source, target = f"{registry.host}/app:main", f"{registry.host}/copy:v1"
    messages: list[Message] = []
    assert not images.exists(source)
    images.pull(source, messages.append)
    assert any(message.get("status") == "Pull complete" for message in messages)
    images.tag(source, target)
    images.push(target, messages.append)
    assert any("Digest" in message.get("aux", {}) for message in messages)
    found, copied = images.inspect(source), images.inspect(target)
    assert found
    assert copied
    assert found["Id"] == copied["Id"]


def test_what_is_missing_is_told_apart_from_what_fails(images: DockerEngine, registry: lab.Registry) -> None:
    ref = f"{registry.host}/app:main"
    with pytest.raises(ImagesError) as missing:
        images.pull(ref, _ignore)
    assert missing.value.missing
    with pytest.raises(ImagesError) as unknown:
        images.push(ref, _ignore)
    assert unknown.value.missing
    registry.stop()
    with pytest.raises(ImagesError) as refused:
        images.pull(ref, _ignore)
    assert "connection refused" in refused.value.text
    assert not refused.value.missing


def test_a_push_that_the_registry_refuses_fails(images: DockerEngine, registry: lab.Registry) -> None:
    """The engine answers 200 and tells the failure later, in its stream."""
    lab.push_image(registry, "app:main")
    images.pull(f"{registry.host}/app:main", _ignore)
    with lab.Registry(login=("ann", "x")) as other:
        ref = f"{other.host}/app:main"
        images.tag(f"{registry.host}/app:main", ref)
        with pytest.raises(ImagesError) as raised:
            images.push(ref, _ignore)
        assert raised.value.text == "no basic auth credentials"
        assert not raised.value.missing


def test_an_archive_holds_several_images(
    images: DockerEngine, registry: lab.Registry, tmp_path: Path
) -> None:
    refs = [f"{registry.host}/app:{revision}" for revision in (1, 2)]
    for revision, ref in enumerate(refs):
        lab.push_image(registry, f"app:{revision + 1}", revision=revision)
        images.pull(ref, _ignore)
    archive = str(tmp_path / "images.tar")
    images.save(refs, archive)
    for ref in refs:
        images.remove(ref)
    assert [images.exists(ref) for ref in refs] == [False, False]
    images.load(archive)
    assert [images.exists(ref) for ref in refs] == [True, True]
    with pytest.raises(ImagesError) as raised:
        images.save(["no/such:image"], archive)
    assert raised.value.missing
    with pytest.raises(ImagesError) as unreadable:
        images.load(str(tmp_path / "none.tar"))
    assert unreadable.value.text == "no such file or directory"


def test_a_classic_build_uses_what_it_is_given(
    images: DockerEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FROM_ENV", "env")
    (tmp_path / "data").write_text("x")
    (tmp_path / "Dockerfile").write_text(
        "FROM busybox:1.37 AS one\n"
        "ARG VALUE\nARG FROM_ENV\nARG UNSET\n"
        "COPY data /data\n"
        "RUN echo value-$VALUE-$FROM_ENV-${UNSET-none} >/out && cat /out\n"
        "FROM one AS two\nRUN false\n"
    )
    build_args = {"VALUE": "given", "FROM_ENV": None, "UNSET": None}
    build = _build(tmp_path, "app:one", "app:again", target="one", build_args=build_args)
    messages: list[Message] = []
    images.build(build, messages.append)
    assert "value-given-env-none" in _said(messages)
    assert images.exists("app:one")
    assert images.exists("app:again")
    again: list[Message] = []
    images.build(_build(tmp_path, "app:two", target="one", build_args=build_args), again.append)
    assert "Using cache" in _said(again)


def test_a_failed_build_tells_the_builders_words(images: DockerEngine, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM busybox:1.37\nRUN exit 7\n")
    messages: list[Message] = []
    with pytest.raises(ImagesError) as raised:
        images.build(_build(tmp_path, "app:main"), messages.append)
    assert raised.value.text == "The command '/bin/sh -c exit 7' returned a non-zero code: 7"
    assert not raised.value.missing
    assert "errorDetail" in messages[-1]


def test_layers_of_a_pulled_image_are_used_when_it_is_named(
    images: DockerEngine, registry: lab.Registry, tmp_path: Path
) -> None:
    ref = f"{registry.host}/app:main"
    (tmp_path / "Dockerfile").write_text("FROM busybox:1.37\nRUN echo built >/out\n")
    images.build(_build(tmp_path, ref), _ignore)
    images.push(ref, _ignore)
    images.remove(ref)
    images.pull(ref, _ignore)
    messages: list[Message] = []
    images.build(_build(tmp_path, "app:new", cache_from=(ref,)), messages.append)
    assert "Using cache" in _said(messages)


@pytest.mark.parametrize(
    "ignore",
    [pytest.param(None, id="nothing ignored"), pytest.param("left\n", id="with an ignore file")],
)
def test_a_dockerfile_from_elsewhere_is_not_copied(
    images: DockerEngine, tmp_path: Path, ignore: str | None
) -> None:
    context, dockerfile = tmp_path / "context", tmp_path / "Other"
    context.mkdir()
    (context / "data").touch()
    if ignore:
        (context / ".dockerignore").write_text(ignore)
    dockerfile.write_text("FROM busybox:1.37\nCOPY . /all\nRUN echo $(ls -A /all)\n")
    messages: list[Message] = []
    images.build(_build(context, "app:main", dockerfile=str(dockerfile)), messages.append)
    expected = ".dockerignore data" if ignore else "data"
    assert f"\n{expected}\n" in _said(messages)


def test_a_dockerfile_that_is_ignored_builds_and_is_not_copied(
    classic_engine: lab.Engine, images: DockerEngine, tmp_path: Path
) -> None:
    del classic_engine, images  # the environment names the engine
    (tmp_path / "data").touch()
    (tmp_path / ".dockerignore").write_text("Dockerfile\n.dockerignore\n")
    (tmp_path / "Dockerfile").write_text("FROM busybox:1.37\nCOPY . /all\nRUN echo $(ls -A /all)\n")
    messages: list[Message] = []
    with DockerEngine(_only("data")) as docker:
        docker.build(_build(tmp_path, "app:main"), messages.append)
    assert "\ndata\n" in _said(messages)


def test_without_an_engine_there_are_no_images(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    with pytest.raises(UnreachableError) as raised:
        DockerEngine(_all_files)
    assert str(raised.value) == (
        "error[engine-down]: the docker engine at 'unix:///nowhere/docker.sock' does not answer: "
        "no such file or directory\n"
        "hint: start docker, or let DOCKER_HOST or `docker context use` name an engine that runs"
    )

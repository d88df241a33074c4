"""What buildah finds by the key of a layer is what it would build, after every edit of what the key holds."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

import lab
from lab.contents import Image, differences

START = "FROM busybox:1.37 AS base\n"
AGAIN = "FROM busybox:1.37\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A project at one moment.

    Attributes:
        text: of the Dockerfile, behind its first FROM.
        files: contents by path.
        executable: whether the files are.
        options: of the build.
    """

    text: str
    files: Mapping[str, str]
    executable: bool = False
    options: tuple[str, ...] = ()


def edit(name: str, before: str, after: str | None = None, **changed: object) -> object:
    """A case: what was built before, and what of it is another now."""
    one = State(text=before, files={"src": "1"}, options=("--build-arg=X=1",))
    return pytest.param(one, replace(one, text=before if after is None else after, **changed), id=name)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        edit("content", "COPY src /\n", files={"src": "2"}),
        edit("mode", "COPY src /\n", executable=True),
        edit("name", "COPY s* /d/\n", files={"srcx": "1"}),
        edit("content in a folder", "COPY . /d/\n", files={"src": "1", "sub/x": "1"}),
        edit("destination", "COPY src /a\n", "COPY src /b\n"),
        edit("owner", "COPY --chown=1:1 src /\n", "COPY --chown=2:2 src /\n"),
        edit(
            "owner in a stage",
            f"RUN >/s; chown 1 /s\n{AGAIN}COPY --from=base /s /\n",
            f"RUN >/s; chown 2 /s\n{AGAIN}COPY --from=base /s /\n",
        ),
        edit(
            "link in a stage",
            f"RUN ln -s a /s\n{AGAIN}COPY --from=base / /d/\n",
            f"RUN ln -s b /s\n{AGAIN}COPY --from=base / /d/\n",
        ),
        edit("default of an ARG", "ARG Y=1\nRUN echo $Y >/x\n", "ARG Y=2\nRUN echo $Y >/x\n"),
        edit("build argument", "ARG X\nRUN echo $X >/x\n", options=("--build-arg=X=2",)),
        edit("build argument of a COPY", "ARG X\nCOPY src /$X\n", options=("--build-arg=X=2",)),
        edit("build argument of an ENV", "ARG X\nENV Y=$X\nRUN echo $Y >/x\n", options=("--build-arg=X=2",)),
        edit(
            "build argument of a WORKDIR", "ARG X\nWORKDIR /$X\nRUN pwd >/x\n", options=("--build-arg=X=2",)
        ),
        edit("ENV", "ENV A=1\nRUN echo $A >/x\n", "ENV A=2\nRUN echo $A >/x\n"),
        edit("USER", "USER 1\nRUN >/tmp/x\n", "USER 2\nRUN >/tmp/x\n"),
        edit("SHELL", 'SHELL ["sh", "-c"]\nRUN echo $- >/x\n', 'SHELL ["sh", "-ec"]\nRUN echo $- >/x\n'),
        edit("exec form", 'RUN ["touch", "/a"]\n', 'RUN ["touch", "/b"]\n'),
        edit("ONBUILD", "ONBUILD RUN >/a\nFROM base\nRUN >/z\n", "ONBUILD RUN >/b\nFROM base\nRUN >/z\n"),
        edit("order", "RUN echo 1 >/x\nRUN echo 2 >/x\n", "RUN echo 2 >/x\nRUN echo 1 >/x\n"),
    ],
)
def test_an_edit_makes_another_key(
    buildah_host: lab.BuildahHost, registry: lab.Registry, tmp_path: Path, before: State, after: State
) -> None:
    cache = (f"--cache-from={registry.host}/cache", f"--cache-to={registry.host}/cache")
    for number, (state, options) in enumerate(((before, cache), (after, cache), (after, ("--no-cache",)))):
        context = tmp_path / str(number)
        context.mkdir()
        (context / "Dockerfile").write_text(buildah_host.localized(START + state.text))
        for path, content in {".dockerignore": "Dockerfile\n", **state.files}.items():
            (context / path).parent.mkdir(exist_ok=True)
            (context / path).write_text(content)
            (context / path).chmod(0o755 if state.executable else 0o644)
        image = f"{registry.host}/app:{number}"
        words = ("--layers", "--format=docker", *options, *state.options, f"--tag={image}", ".")
        buildah_host.wipe()
        buildah_host.run("buildah", "build", "--tls-verify=false", *words, cwd=context)
        buildah_host.run("buildah", "push", "--tls-verify=false", image, cwd=context)
    found, wanted = (Image.read(registry, f"app:{number}") for number in (1, 2))
    assert [line for line in differences(found, wanted) if "Hostname" not in line] == []

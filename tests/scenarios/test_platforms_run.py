"""Images for two platforms in one index; nothing runs on the foreign one, which nobody emulates here."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

import lab
from lab.contents import Image, differences

STAGEPLAN = (sys.executable, "-m", "stageplan")
BOTH = "linux/amd64,linux/arm64"
DOCKERFILE = """\
FROM --platform=$BUILDPLATFORM busybox:1.37 AS tools
RUN echo tools > /tools
FROM --platform=$BUILDPLATFORM busybox:1.37 AS cross
ARG TARGETARCH
COPY --from=tools /tools /
COPY src /src
RUN cat /src > /built && echo "$TARGETARCH" > /arch
FROM scratch
COPY --from=cross /arch /built /
COPY --from=tools /tools /
ENV A=b
"""


@pytest.fixture
def context(tmp_path: Path) -> Path:
    (tmp_path / "Dockerfile").write_text(DOCKERFILE)
    (tmp_path / "src").write_text("1\n")
    return tmp_path


def index_of(engine: lab.Engine, ref: str) -> dict[str, str]:
    """The digest of the image for each platform."""
    found = json.loads(engine.run("docker", "buildx", "imagetools", "inspect", "--raw", ref).stdout)
    return {
        f"{item['platform']['os']}/{item['platform']['architecture']}": item["digest"]
        for item in found["manifests"]
    }


def ran(report: Path) -> list[str]:
    stages: list[Any] = json.loads(report.read_bytes())["stages"]
    return [
        f"{stage['name']}: {item['text']}"
        for stage in stages
        for item in stage["instructions"]
        if not item["cached"]
    ]


@pytest.mark.parametrize("strategy", ["registry", "inline"])
def test_a_run_makes_the_index_that_docker_makes(
    engine: lab.Engine, registry: lab.Registry, context: Path, strategy: str
) -> None:
    words = (*STAGEPLAN, "run", ".", "--platform", BOTH, "--strategy", strategy, "--scope", "main")
    image = ("--image", f"{registry.host}/app", "--report", "report.json")
    engine.run(*words, *image, cwd=context)
    assert ran(context / "report.json").count("tools: RUN echo tools > /tools") == 1
    plain = f"{registry.host}/plain:main"
    output = ("--platform", BOTH, "--provenance=false", f"--output=type=image,push=true,name={plain}")
    engine.run("docker", "buildx", "build", *output, ".", cwd=context)
    ours, theirs = index_of(engine, f"{registry.host}/app:main"), index_of(engine, plain)
    assert list(ours) == list(theirs) == BOTH.split(",")
    for platform in ours:
        one = Image.read(registry, f"app@{ours[platform]}")
        assert differences(one, Image.read(registry, f"plain@{theirs[platform]}")) == ()
    engine.wipe()
    engine.run(*words, *image, cwd=context)
    assert ran(context / "report.json") == []
    (context / "src").write_text("2\n")
    engine.wipe()
    engine.run(*words, *image, cwd=context)
    assert not any(text.startswith("tools:") for text in ran(context / "report.json"))
    assert index_of(engine, f"{registry.host}/app:main") != ours


def test_a_script_does_the_same(engine: lab.Engine, registry: lab.Registry, context: Path) -> None:
    words = ("--platform", BOTH, "--image", f"{registry.host}/app", "--scope", "main", "-o", "build.sh")
    engine.run(*STAGEPLAN, "script", ".", *words, cwd=context)
    engine.run("dash", "build.sh", cwd=context)
    assert list(index_of(engine, f"{registry.host}/app:main")) == BOTH.split(",")

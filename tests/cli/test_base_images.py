"""Commands ask base images for their ONBUILD and ENV, say what they do not know, and never fail for it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import lab


def stageplan(folder: Path, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    nobody = {"DOCKER_HOST": f"unix://{folder}/none.sock", "HOME": str(folder), "PATH": os.environ["PATH"]}
    command = [sys.executable, "-m", "stageplan", *words]
    return subprocess.run(command, cwd=folder, env=nobody | env, capture_output=True, text=True, check=False)


def edges(done: subprocess.CompletedProcess[str]) -> list[tuple[int, int, str, list[str]]]:
    return [
        (edge["from"], edge["to"], edge["kind"], edge["paths"]) for edge in json.loads(done.stdout)["edges"]
    ]


def test_triggers_and_variables_of_a_base(tmp_path: Path, registry: lab.Registry) -> None:
    tool = lab.push_image(registry, "tool:1", config={"Env": ["WHERE=/opt"]})
    lab.push_image(
        registry, "base:1", config={"OnBuild": ["COPY --from=tool /t /t"], "Env": ["WHAT=/usr/bin/x"]}
    )
    (tmp_path / "Dockerfile").write_text(
        f"FROM {registry.host}/tool@{tool} AS tool\n"
        f"FROM {registry.host}/base:1 AS base\nCOPY --from=tool $WHAT /x\n"
        "FROM base\nCOPY --from=tool $WHAT /x\n"
    )
    expected = [
        (0, 1, "copy", ["/usr/bin/x"]),
        (0, 1, "onbuild", ["/t"]),
        (0, 2, "copy", ["/usr/bin/x"]),
        (1, 2, "from", []),
    ]
    done = stageplan(tmp_path, "graph", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert edges(done) == expected
    unasked = stageplan(tmp_path, "graph", "--json", "--offline")
    assert (unasked.returncode, unasked.stderr) == (0, "")
    assert [edge[2] for edge in edges(unasked)] == ["copy", "copy", "from"]


def test_a_trigger_can_need_a_stage_whose_base_is_asked_then(tmp_path: Path, registry: lab.Registry) -> None:
    for name, trigger in (("one", "COPY --from=two /a /a"), ("two", "COPY --from=three /a /a")):
        lab.push_image(registry, f"{name}:1", config={"OnBuild": [trigger]})
    (tmp_path / "Dockerfile").write_text(
        f"FROM scratch AS three\nFROM {registry.host}/two:1 AS two\nFROM {registry.host}/one:1\n"
    )
    assert [edge[:3] for edge in edges(stageplan(tmp_path, "graph", "--json"))] == [
        (0, 1, "onbuild"),
        (1, 2, "onbuild"),
    ]


@pytest.mark.parametrize("command", [("graph",), ("check",), ("script", "--strategy", "none")])
def test_what_is_not_known_is_said_and_stops_nothing(tmp_path: Path, command: tuple[str, ...]) -> None:
    (tmp_path / "Dockerfile").write_text(
        "FROM 127.0.0.1:1/b:2 AS b\nFROM 127.0.0.1:1/a:1\nCOPY --from=b /b /\n"
    )
    done = stageplan(tmp_path, *command)
    said = [line for line in done.stderr.splitlines() if line.startswith("warning: ")]
    assert done.returncode == 0
    names, reason = "127.0.0.1:1/b:2, 127.0.0.1:1/a:1", "registry '127.0.0.1:1' cannot be reached"
    assert said == [f"warning: the ONBUILD and ENV of {names} are not known: {reason}: connection refused"]
    offline = stageplan(tmp_path, *command, "--offline")
    assert (offline.returncode, offline.stdout) == (0, done.stdout)
    assert "warning: the ONBUILD" not in offline.stderr


def test_what_an_image_brings_along_can_be_wrong(tmp_path: Path, registry: lab.Registry) -> None:
    lab.push_image(registry, "base:1", config={"OnBuild": ["COPY --from=later /a /a"]})
    (tmp_path / "Dockerfile").write_text(f"FROM {registry.host}/base:1 AS a\nFROM scratch AS later\nFROM a\n")
    done = stageplan(tmp_path, "graph")
    assert (done.returncode, done.stdout) == (3, "")
    assert 'cannot copy from stage "later", it needs to be defined before current stage "a"' in done.stderr

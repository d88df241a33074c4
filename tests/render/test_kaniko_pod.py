"""A plan for kaniko as pods: each with the words of the script, its paths inside the pod."""

import shlex
import subprocess
from pathlib import Path

import pytest
import yaml

from stageplan.errors import UsageError
from stageplan.plan.document import decode_plan
from stageplan.plan.model import Plan
from stageplan.render.kaniko_pod import render_pods

CASES = Path("fixtures/plans")


def plan_of(case: str) -> Plan:
    return decode_plan((CASES / case / "plan.json").read_bytes(), path="plan.json")


@pytest.mark.parametrize("case", ["kaniko", "kaniko-read-only"])
def test_pods_and_script_say_the_same(case: str, tmp_path: Path) -> None:
    pods = list(yaml.safe_load_all(render_pods(plan_of(case), version="1")))
    executor = tmp_path / "executor"
    executor.write_text('#!/bin/sh\nfor word; do printf "%s\\t" "$word"; done\necho\n')
    executor.chmod(0o755)
    script = (CASES / case / "build.sh").read_text().replace("/kaniko/executor", shlex.quote(str(executor)))
    done = subprocess.run(["sh", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True)
    by_script = [line.split("\t")[:-1] for line in done.stdout.splitlines()]
    here = f"--context={tmp_path}"
    inside = {here: "--context=/workspace", "--dockerfile=Dockerfile": "--dockerfile=/workspace/Dockerfile"}
    expected = [[inside.get(word, word) for word in words] for words in by_script]
    assert [pod["spec"]["containers"][0]["args"] for pod in pods] == expected
    assert {pod["kind"] for pod in pods} == {"Pod"}
    assert {pod["spec"]["containers"][0]["command"][0] for pod in pods} == {"/kaniko/executor"}


def test_a_fork_pushes_neither_image_nor_layers() -> None:
    (pod,) = yaml.safe_load_all(render_pods(plan_of("kaniko-read-only"), version="1"))
    arguments = pod["spec"]["containers"][0]["args"]
    assert {"--no-push", "--no-push-cache"} <= set(arguments)


def test_each_volume_that_is_mounted_is_there() -> None:
    for pod in yaml.safe_load_all(render_pods(plan_of("kaniko"), version="1")):
        mounted = [mount["name"] for mount in pod["spec"]["containers"][0]["volumeMounts"]]
        assert mounted == [volume["name"] for volume in pod["spec"]["volumes"]]
        assert pod["metadata"]["name"] in {"build-test", "build-final"}


def test_a_plan_for_another_engine_is_refused() -> None:
    with pytest.raises(UsageError) as caught:
        render_pods(plan_of("registry"), version="1")
    assert str(caught.value) == (
        "error[format-engine]: a pod runs kaniko, and the plan is for docker\nhint: plan with --engine kaniko"
    )

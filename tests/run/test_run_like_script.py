"""A run issues the commands that the script of the same plan issues."""

import os
import subprocess
from pathlib import Path

import msgspec
import pytest

from stageplan.plan.model import Cache, Plan
from stageplan.plan.sources import with_sources
from stageplan.render.shell import render_shell
from stageplan.run.executor import execute
from stageplan.system.ports import machine_ports
from stageplan.system.process import Processes
from tests.run.conftest import MakePlan

LAYERS = {"deps": "d", "build": "d b", "test": "d b t", "app": "d a"}

# keeps each command as a line; a cache exists where its name says so, with layers of its stage
DOCKER = """\
#!/bin/sh
for last; do :; done
case "$2 $3" in
"imagetools inspect")
    case $last in *old__*) ;; *) exit 1 ;; esac
    printf '{"config": {"mediaType": "some.config",\n"digest": "sha256:c"}, "layers": [\n'
    case ${last##*_} in
    deps) set -- d ;; build) set -- d b ;; test) set -- d b t ;; app) set -- d a ;;
    esac
    for layer; do
        printf '{"mediaType": "some.layer",\n  "digest": "sha256:%s"}\n' "$layer"
        shift
        [ $# -eq 0 ] || printf ','
    done
    printf ']}'
    exit 0
    ;;
esac
for word; do [ "$word" = --progress=rawjson ] || printf '%s\\t' "$word"; done >>"$RECORD"
echo >>"$RECORD"
"""


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """An environment whose docker only keeps its commands."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/docker").write_text(DOCKER, encoding="utf-8")
    (tmp_path / "bin/docker").chmod(0o755)
    return {"PATH": f"{tmp_path}/bin:{os.environ['PATH']}", "RECORD": str(tmp_path / "record")}


def recorded(env: dict[str, str]) -> str:
    path = Path(env["RECORD"])
    text = path.read_text(encoding="utf-8")
    path.unlink()
    return text


def layers_at(place: str) -> frozenset[str] | None:
    return frozenset(LAYERS[place.rpartition("_")[2]].split()) if "old__" in place else None


def with_local_caches(plan: Plan) -> Plan:
    parameters = msgspec.structs.replace(plan.parameters, cache_image=None, cache_dir="caches")
    export = None if plan.parameters.read_only else (("mode", "max"),)
    cache = Cache(type="local", location="{cache_dir}/{scope}/x", export_options=export)
    steps = tuple(msgspec.structs.replace(step, cache=cache) for step in plan.steps[:1])
    return msgspec.structs.replace(plan, steps=steps, parameters=parameters)


@pytest.mark.parametrize("read_only", [False, True], ids=["writes", "read-only"])
@pytest.mark.parametrize("fallbacks", [(), ("older", "old")], ids=["no-fallback", "fallbacks"])
@pytest.mark.parametrize("kind", ["registry", "local"])
def test_a_run_issues_the_commands_of_the_script(
    registry_plan: MakePlan,
    env: dict[str, str],
    tmp_path: Path,
    kind: str,
    fallbacks: tuple[str, ...],
    read_only: bool,
) -> None:
    plan = registry_plan("r", read_only=read_only)
    if kind == "local":
        plan = with_local_caches(plan)
    parameters = msgspec.structs.replace(plan.parameters, fallback_scopes=fallbacks)
    plan = msgspec.structs.replace(plan, parameters=parameters)
    subprocess.run(
        ["sh", "-c", render_shell(plan, version="1")], env=env, cwd=tmp_path, check=True, capture_output=True
    )
    by_script = recorded(env)

    asked = with_sources(plan, layers_at)
    report = execute(asked, ports=machine_ports(Processes(), env=env), jobs=1, on_event=lambda _: None)
    assert report.ok
    assert recorded(env) == by_script

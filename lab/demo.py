"""`make demo`: the main job, on the Dockerfile of fixtures/demo, with an engine that is wiped in between."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping

import lab

CONTEXT = "fixtures/demo"


def main() -> None:
    """Shows graph and plan, runs the plan, and runs it again where only the registry is left."""
    reason = lab.available()
    if _docker_answers():
        _with_the_machines_engine()
    elif reason is None:
        _with_an_engine_of_our_own()
    else:
        print(f"no engine can be had here ({reason}), so nothing is run")
        _show(os.environ, "--image", "registry.example.com/demo", "--offline")


def _with_an_engine_of_our_own() -> None:
    with lab.Registry() as hub, lab.Registry() as registry, lab.Engine(mirror=hub.url) as engine:
        lab.seed(hub)
        image = ("--image", f"{registry.host}/demo", "--check", "test")
        _show(engine.env, *image)
        _stageplan(engine.env, "run", CONTEXT, *image)
        print("\n# a new runner: the engine is wiped, only the registry is left")
        engine.wipe()
        _stageplan(engine.env, "run", CONTEXT, *image)


def _with_the_machines_engine() -> None:
    with tempfile.TemporaryDirectory() as folder:
        local = ("--cache-dir", f"{folder}/cache", "--check", "test")
        _show(os.environ, *local)
        _stageplan(os.environ, "run", CONTEXT, *local)
        print("\n# again")
        _stageplan(os.environ, "run", CONTEXT, *local)


def _show(env: Mapping[str, str], *options: str) -> None:
    offline = "--offline" in options
    script_options = tuple(option for option in options if option != "--offline")
    _stageplan(env, "graph", CONTEXT)
    _stageplan(env, "plan", CONTEXT, *options)
    if offline:
        _stageplan(env, "script", CONTEXT, *script_options)


def _stageplan(env: Mapping[str, str], *words: str) -> None:
    print(f"\n$ stageplan {' '.join(words)}", flush=True)
    result = subprocess.run([sys.executable, "-m", "stageplan", *words], env=dict(env), check=False)
    if result.returncode:
        sys.exit(result.returncode)


def _docker_answers() -> bool:
    if shutil.which("docker") is None:
        return False
    return subprocess.run(["docker", "version"], capture_output=True, check=False).returncode == 0


if __name__ == "__main__":
    main()

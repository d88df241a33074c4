"""Carries out a plan as a process of its own and presses Ctrl-C."""

import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import msgspec

from stageplan.plan.model import Plan

PROGRAM = """\
import signal
import sys

import msgspec

from stageplan.plan.model import Plan
from stageplan.run.executor import execute
from stageplan.system.engine_images import DockerEngine
from stageplan.system.ports import machine_ports
from stageplan.system.process import Processes

signal.signal(signal.SIGINT, signal.default_int_handler)  # shells let those in the background ignore it
plan = msgspec.json.decode(sys.argv[1], type=Plan)
ports = machine_ports(Processes(), images=DockerEngine(lambda *_: ["Dockerfile"]))
try:
    execute(plan, ports=ports, jobs=2, on_event=lambda event: print(event, flush=True))
except KeyboardInterrupt:
    sys.exit(130)
"""


def interrupt(plan: Plan, env: Mapping[str, str], *, at: str) -> int:
    """The exit code of a run that was interrupted when it told of a certain event.

    Args:
        plan: what it carries out.
        env: its environment, besides where it finds the package.
        at: part of the event.
    """
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, msgspec.json.encode(plan).decode()],
        env={**env, "PYTHONPATH": str(Path.cwd())},
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout is not None
        for line in child.stdout:
            if at in line:
                child.send_signal(signal.SIGINT)
                break
        child.stdout.read()
        return child.wait()

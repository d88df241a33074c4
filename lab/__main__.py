"""The lab from a command line: `python -m lab prepare | doctor | shell [-- COMMAND...]`."""

import argparse
import os
import subprocess
import sys
from pathlib import Path
from typing import get_args

from lab import (
    Engine,
    Registry,
    Suite,
    available,
    browser,
    buildah,
    ci_tools,
    engine_suite,
    pack,
    packages,
    seed,
)
from lab.go_programs import PROGRAMS, GoProgram, go_program


def main() -> int:
    """The exit code of a lab command; of the command that ran inside for `shell`."""
    arguments = _parser().parse_args()
    reason = available()
    if reason:
        print(f"no lab: {reason}", file=sys.stderr)
        return 1
    if arguments.command == "shell":
        return _shell(arguments)
    return _prepare() if arguments.command == "prepare" else _doctor()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m lab", description="Docker Engines and registries to try things on"
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("prepare", help="fetch all that the lab needs")
    commands.add_parser("doctor", help="say what the lab can run here")
    shell = commands.add_parser(
        "shell", help="run a command with a fresh engine and registry, then remove both"
    )
    shell.add_argument("--suite", choices=get_args(Suite), default=None, help="Debian suite of the engine")
    shell.add_argument("--classic", action="store_true", help="keep images in the classic store")
    shell.add_argument("--throttle", type=int, metavar="MBIT", help="limit the way to the registry")
    shell.add_argument("words", nargs="*", metavar="COMMAND", help="default: $SHELL")
    return parser


def _prepare() -> int:
    for suite in get_args(Suite):
        print(f"{suite}: {packages.prefix(suite)}")
    buildah.install()
    for name, program in (("chromium", browser.chromium), ("mermaid", browser.mermaid)):
        try:
            print(f"{name}: {program()}")
        except packages.LabUnavailableError as error:
            print(f"{name}: {error}")
    for wanted in (*PROGRAMS, *ci_tools.PROGRAMS, *pack.PROGRAMS):
        try:
            print(f"{wanted.name}: {_fetched(wanted)}")
        except packages.LabUnavailableError as error:
            print(f"{wanted.name}: {error}")
    return 0


def _fetched(program: GoProgram | ci_tools.NodeProgram) -> Path:
    return go_program(program) if isinstance(program, GoProgram) else ci_tools.node_program(program)


def _doctor() -> int:
    """Prints the version of each engine that starts here."""
    for suite in get_args(Suite):
        try:
            with Engine(suite) as engine:
                version = engine.run("docker", "version", "--format", "{{.Server.Version}}").stdout.strip()
                buildx = engine.run("docker", "buildx", "version").stdout.split()[1]
        except packages.LabUnavailableError as error:
            print(f"{suite}: {error}")
        else:
            print(f"{suite}: Docker Engine {version}, buildx {buildx}")
    return 0


def _shell(arguments: argparse.Namespace) -> int:
    with Registry(throttle=arguments.throttle) as registry:
        seed(registry)
        engine = Engine(
            arguments.suite or engine_suite(),
            containerd_store=not arguments.classic,
            mirror=registry.url,
        )
        with engine:
            words = arguments.words or [os.environ.get("SHELL", "/bin/sh")]
            ours = {
                name: engine.env[name]
                for name in ("PATH", "DOCKER_HOST", "DOCKER_CONFIG", "DOCKER_CLI_HINTS")
            }
            env = os.environ | ours | {"STAGEPLAN_REGISTRY": registry.host}
            try:
                return subprocess.run(words, env=env, check=False).returncode
            except KeyboardInterrupt:
                return 130


if __name__ == "__main__":
    sys.exit(main())

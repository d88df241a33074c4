"""A build's command, by the builder that runs it."""

from typing import assert_never

from stageplan.commands import buildah, buildx, classic, kaniko, pack
from stageplan.commands.command import Command
from stageplan.plan.model import Build, Plan


def build_command(plan: Plan, build: Build) -> Command:
    """One build of one target."""
    match build.builder:
        case "buildx":
            return buildx.build_command(plan.inputs, build)
        case "classic":
            return classic.build_command(plan, build)
        case "buildah":
            return buildah.build_command(plan, build)
        case "pack":
            return pack.build_command(plan.inputs, build)
        case "kaniko":
            return kaniko.build_command(plan, build)
        case _:
            assert_never(build.builder)

"""Pushes of images and moves of their tags, by the program that built them."""

from stageplan.commands import buildah, buildx, classic
from stageplan.commands.command import Command
from stageplan.plan.layers import keeps_layers
from stageplan.plan.model import MoveTags, Plan


def push_command(plan: Plan, image: str) -> Command:
    """Pushes one image that the engine holds.

    Args:
        image: its location.
    """
    if keeps_layers(plan.inputs.engine):
        return buildah.push_command(plan, image)
    return classic.push_command(image)


def move_tags_commands(plan: Plan, move: MoveTags) -> tuple[Command, ...]:
    """Points tags at an image that is in the registry."""
    if keeps_layers(plan.inputs.engine):
        return tuple(buildah.move_tags_commands(plan, move))
    return (buildx.move_tags_command(plan.inputs, move),)

"""The push of an image, by the program that built it."""

from stageplan.commands import buildah, classic
from stageplan.commands.command import Command
from stageplan.plan.model import Inputs


def push_command(inputs: Inputs, image: str) -> Command:
    """Pushes one image that the engine holds.

    Args:
        inputs: of the plan.
        image: its location.
    """
    return classic.push_command(image) if inputs.engine == "docker" else buildah.push_command(inputs, image)

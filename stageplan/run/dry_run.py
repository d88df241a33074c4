"""The commands of a plan as text, for those who want to read them first."""

import shlex
from collections.abc import Iterator

from stageplan.commands import buildx, classic, pack
from stageplan.commands.builds import build_command
from stageplan.commands.command import Command
from stageplan.commands.pushes import move_tags_commands, push_command
from stageplan.commands.values import DERIVED, IMAGE_OUTPUT, digest_of, planned_values
from stageplan.commands.words import fill
from stageplan.plan.model import Build, MoveTags, Plan, Push, Restore, Save, Step


def commands_of(plan: Plan) -> tuple[str, ...]:
    """Every command that a run of the plan would issue, in order, as it would be typed.

    What only the run knows stands as a word in capitals: DIGEST, DERIVED and METADATA.json.
    """
    return tuple(_typed(plan, step, command) for step in plan.steps for command in _commands(plan, step))


def _commands(plan: Plan, step: Step) -> Iterator[Command]:
    writes = not plan.parameters.read_only
    match step:
        case Build():
            yield build_command(plan, step)
        case Restore(source=source) if source.scope is None:
            return
        case Restore(how="copy"):
            yield from pack.seed_commands(plan, step)
        case Restore(how="pull"):
            yield classic.pull_command(step)
        case Restore():
            yield classic.load_command(step)
        case MoveTags() if writes:
            yield from move_tags_commands(plan, step)
        case Push(images=images) if writes:
            yield from (push_command(plan, image) for image in images)
        case Save() if writes:
            yield classic.save_command(step)
        case _:
            return


def _typed(plan: Plan, step: Step, command: Command) -> str:
    values = planned_values(plan, step) | {buildx.METADATA_FILE: "METADATA.json", DERIVED: "DERIVED"}
    if isinstance(step, MoveTags):
        values |= {digest_of(build): "DIGEST" for build in step.builds}
    if isinstance(step, Build):
        values |= {digest_of(item.build): "DIGEST" for item in step.inputs if item.build}
        values[IMAGE_OUTPUT] = buildx.output_value(
            step, writes=not plan.parameters.read_only, unpack=step.unpack
        )
    if isinstance(step, Save):
        values |= {classic.held(position): "held" for position in range(len(step.images))}
    environment = [f"{name}={shlex.quote(value)}" for name, value in command.environment]
    return " ".join((*environment, shlex.join(fill(command.words, values))))

"""What the instructions of a stage put into its key."""

from collections.abc import Iterator

from stageplan.context.files import Reading
from stageplan.dockerfile.heredocs import Heredoc
from stageplan.keys.model import InputKind, KeyFacts, KeyInput
from stageplan.keys.origins import Origins
from stageplan.keys.remotes import remote_inputs
from stageplan.keys.steering import instruction_steering
from stageplan.keys.texts import instruction_text, mount_text
from stageplan.stages.model import StageInstruction, StageMount

_KINDS: dict[str, InputKind] = {
    "ADD": "instruction",
    "COPY": "instruction",
    "RUN": "instruction",
    "WORKDIR": "instruction",
    "SHELL": "shell",
    "USER": "user",
}


def instruction_inputs(
    instruction: StageInstruction, origins: Origins, facts: KeyFacts
) -> Iterator[KeyInput]:
    """What an instruction puts into the key of its stage, in order.

    Args:
        instruction: the instruction, expanded.
        origins: what its stage takes from.
        facts: what the file alone does not say.
    """
    line = instruction.span.line
    if instruction.unknown:
        yield _unreadable(instruction)
        return
    match instruction.keyword:
        case "ARG" | "ENV":
            kind: InputKind = "argument" if instruction.keyword == "ARG" else "environment"
            for name, value in instruction.assigns:
                yield KeyInput(kind=kind, name=name, value=value, line=line)
        case "LABEL":
            for name, value in instruction.labels:
                yield KeyInput(kind="setting", name=f"LABEL {name}", value=value, line=line)
        case "ONBUILD":
            trigger = instruction.instruction.trigger
            yield KeyInput(kind="setting", name="ONBUILD", value=trigger, line=line)
        case keyword:
            kind = _KINDS.get(keyword, "setting")
            yield KeyInput(kind=kind, name=keyword, value=instruction_text(instruction), line=line)
    yield from instruction_steering(instruction, facts.build_args)
    yield from _read(instruction, origins)


def _unreadable(instruction: StageInstruction) -> KeyInput:
    """An instruction with a variable in it that nobody has asked the base image for."""
    names = ", ".join(f"'{name}'" for name in sorted(instruction.unknown))
    return KeyInput(
        kind="instruction",
        name=instruction.keyword,
        value="",
        line=instruction.span.line,
        unknown=f"{instruction.keyword} reads {names}, which only the base image knows",
    )


def _read(instruction: StageInstruction, origins: Origins) -> Iterator[KeyInput]:
    """What an instruction takes from elsewhere."""
    line = instruction.span.line
    for heredoc in instruction.files or instruction.instruction.heredocs:
        yield _heredoc(heredoc, line)
    for mount in instruction.mounts:
        yield from _mounted(mount, origins, line)
    if instruction.context_sources:
        yield origins.context(_copied_files(instruction), line)
    if instruction.copied:
        yield origins.source(instruction.copied, _copied_files(instruction), line)
    yield from remote_inputs(instruction)


def _heredoc(heredoc: Heredoc, line: int) -> KeyInput:
    """A here-document; a RUN gets it as it is written, tabs and all."""
    opening = "<<-" if heredoc.strips_tabs else "<<"
    return KeyInput(kind="heredoc", name=f"{opening}{heredoc.name}", value=heredoc.content, line=line)


def _mounted(mount: StageMount, origins: Origins, line: int) -> Iterator[KeyInput]:
    """A mount, and what it shows; of a secret or an agent that is not what it holds."""
    yield KeyInput(kind="mount", name="--mount", value=mount_text(mount.mount), line=line)
    reading = Reading(sources=(mount.mount.source or "/",), wildcards=False, span=mount.source.span)
    if mount.reads_context:
        yield origins.context(reading, line)
    elif mount.reads_source:
        yield origins.source(mount.source, reading, line)


def _copied_files(instruction: StageInstruction) -> Reading:
    """What a COPY or ADD reads."""
    return Reading(
        sources=instruction.context_sources or instruction.sources,
        excludes=tuple(value for name, value in instruction.flags if name == "exclude"),
        parents=("parents", "true") in instruction.flags,
        span=instruction.span,
    )

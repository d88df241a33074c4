"""What the steps of a run share, and what each of them leaves behind."""

import json
import shlex
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from stageplan.commands.buildx import METADATA_FILE, output_value
from stageplan.commands.command import Command
from stageplan.commands.values import (
    DERIVED,
    IGNORE_SUFFIX,
    IMAGE_OUTPUT,
    digest_of,
    planned_values,
    restored,
)
from stageplan.commands.words import fill
from stageplan.plan.model import Build, MoveTags, Plan, Restore, Step
from stageplan.run.events import BytesMoved, Event
from stageplan.run.ports import Ports

_DERIVED_NAME = "Dockerfile"
OnEvent = Callable[[Event], None]


class Session:
    """One run of a plan; its steps run on several threads.

    Attributes:
        layouts: by step, the folder of the image layout that holds what it has made.
    """

    def __init__(self, plan: Plan, *, ports: Ports, folder: str, on_event: OnEvent) -> None:
        self.plan = plan
        self.ports = ports
        self.layouts: dict[str, str] = {}
        self._folder = folder
        self._on_event = on_event
        self._lock = threading.Lock()
        self._not_restored: set[str] = set()

    @property
    def writes(self) -> bool:
        """Whether the plan may write what another build could import."""
        return not self.plan.parameters.read_only

    def tell(self, event: Event) -> None:
        """Hands an event on, one at a time."""
        with self._lock:
            self._on_event(event)

    def miss(self, restore: Restore) -> None:
        """From now on no command counts on what the step was to bring."""
        self._not_restored.add(restored(restore.index))

    def values(self, step: Step) -> dict[str, str]:
        """What the values of a step's command are, after the steps before it."""
        values = planned_values(self.plan, step) | dict.fromkeys(self._not_restored, "")
        if isinstance(step, MoveTags):
            values |= {digest_of(build): self._pushed(build) for build in step.builds}
        if isinstance(step, Build):
            made = [item.build for item in step.inputs if item.build and step.builder == "buildx"]
            values |= {digest_of(build): self._pushed(build) for build in made}
            values[DERIVED] = f"{self._folder}/{_DERIVED_NAME}"
            values[IMAGE_OUTPUT] = output_value(step, writes=self.writes, unpack=step.unpack)
            values[METADATA_FILE] = self.metadata_file(step.id)
        return values

    def words(self, step: Step, command: Command, **further: str) -> tuple[str, ...]:
        """The words of a command with the values of this run."""
        return fill(command.words, self.values(step) | further)

    @property
    def layout(self) -> str:
        """A folder for images that builds take from here."""
        return f"{self._folder}/images"

    def metadata_file(self, build: str) -> str:
        """Where the build writes its digest down."""
        return f"{self._folder}/{build.replace(':', '__')}.json"

    def write_derived(self) -> None:
        """The text that is built instead of the Dockerfile is there, with its ignore file."""
        inputs, files = self.plan.inputs, self.ports.files
        if inputs.derived is None:
            return
        path = f"{self._folder}/{_DERIVED_NAME}"
        files.write(path, inputs.derived.encode())
        ignore = f"{inputs.dockerfile}{IGNORE_SUFFIX}"
        if files.exists(ignore):
            files.write(f"{path}{IGNORE_SUFFIX}", files.read(ignore))

    def _pushed(self, build: str) -> str:
        """The digest of what a build has pushed."""
        digest = json.loads(self.ports.files.read(self.metadata_file(build)))["containerimage.digest"]
        return str(digest)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenInstruction:
    """An instruction that a build came to.

    Attributes:
        stage: its name, as the plan writes it.
        order: its place among the stage's instructions.
    """

    stage: str
    order: tuple[str, int]
    position: str
    text: str
    cached: bool
    failed: bool
    seconds: float


@dataclass(slots=True, kw_only=True, eq=False)
class StepRun:
    """What a step leaves behind, over all its attempts.

    Attributes:
        commands: the words of each command, once.
        seen: the instructions that its builds came to.
        pulled: by stage, the bytes of layers that its builds brought.
        down: bytes that came in.
        up: the same the other way; None where the builder does not say.
        note: what should be known of how it went, or "".
    """

    step: Step
    attempts: int = 0
    commands: dict[tuple[str, ...], None] = field(default_factory=dict)
    seen: list[SeenInstruction] = field(default_factory=list)
    pulled: dict[str, int] = field(default_factory=dict)
    down: int = 0
    up: int | None = 0
    note: str = ""
    warnings: list[str] = field(default_factory=list)

    @property
    def bytes_moved(self) -> BytesMoved:
        """How many bytes were moved so far."""
        return BytesMoved(step=self.step.id, down=self.down, up=self.up or 0)

    def issue(self, words: tuple[str, ...], environment: Mapping[str, str]) -> tuple[str, ...]:
        """The words, which the report shows as they would be typed."""
        self.commands[*(f"{name}={value}" for name, value in environment.items()), *words] = None
        return words

    @property
    def last_command(self) -> str:
        """What to type to repeat the last command; "" where there was none."""
        return shlex.join(next(reversed(self.commands), ()))

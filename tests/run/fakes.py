"""Doors that keep what was asked of them, for what no real engine can be made to do at a wish."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from stageplan.run.ports import ClassicBuild, ImagesError, OnLine, OnMessage, Ports
from stageplan.system.base_packer import BasePacker
from stageplan.system.ports import Files
from stageplan.system.registry import Registry

Answer = tuple[int, bytes]
OK: Answer = (0, b"")
REFUSED: Answer = (
    1,
    b"ERROR: failed to push r/app:main: dial tcp 127.0.0.1:1: connect: connection refused\n",
)
BROKEN: Answer = (1, b"ERROR: dockerfile parse error on line 2: unknown instruction: RUNN\n")


@dataclass(slots=True)
class FakeClock:
    """A clock that only sleeping moves."""

    now: float = 0.0
    slept: list[float] = field(default_factory=list)

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@dataclass(slots=True)
class FakeBuildx:
    """Answers each command by its target, one answer after the other; the last one stays."""

    answers: dict[str, list[Answer]] = field(default_factory=dict)
    commands: list[tuple[str, ...]] = field(default_factory=list)
    before: Callable[[tuple[str, ...]], None] = lambda _: None

    def run(self, words: Sequence[str], environment: Mapping[str, str], on_line: OnLine) -> int:  # noqa: ARG002
        self.commands.append(tuple(words))
        self.before(tuple(words))
        answers = self.answers.get(self.target(words), [OK])
        code, lines = answers.pop(0) if len(answers) > 1 else answers[0]
        for part in lines.splitlines(keepends=True):
            on_line(part)
        return code

    @property
    def targets(self) -> list[str]:
        return [self.target(words) for words in self.commands]

    @staticmethod
    def target(words: Sequence[str]) -> str:
        found = [word.removeprefix("--target=") for word in words if word.startswith("--target=")]
        return found[0] if found else words[2]


@dataclass(slots=True)
class FakeImages:
    """Holds names of images; fails where it is told to."""

    held: set[str] = field(default_factory=set)
    failing: dict[str, list[ImagesError]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def pull(self, reference: str, on_message: OnMessage) -> None:  # noqa: ARG002
        self._ask(f"pull {reference}")
        self.held.add(reference)

    def push(self, reference: str, on_message: OnMessage) -> None:  # noqa: ARG002
        self._ask(f"push {reference}")

    def load(self, archive: str) -> None:
        self._ask(f"load {archive}")

    def save(self, references: Sequence[str], archive: str) -> None:
        self._ask(f"save {' '.join(references)}")
        with open(archive, "w", encoding="utf-8") as file:  # noqa: PTH123
            file.write("\n".join(references))

    def exists(self, reference: str) -> bool:
        return reference in self.held

    def build(self, build: ClassicBuild, on_message: OnMessage) -> None:
        self._ask(f"build {build.target} from {' '.join(build.cache_from)}".rstrip())
        on_message({"stream": "Step 1/1 : FROM busybox:1.37"})
        self.held.update(build.tags)

    def _ask(self, what: str) -> None:
        self.asked.append(what)
        failures = self.failing.get(what)
        if failures:
            raise failures.pop(0)


def fake_ports(
    buildx: FakeBuildx | None = None, *, images: FakeImages | None = None, clock: FakeClock | None = None
) -> Ports:
    """Doors of which only the files are real."""
    return Ports(
        buildx=buildx or FakeBuildx(),
        registry=Registry(),
        packer=BasePacker(),
        images=images,
        files=Files(),
        clock=clock or FakeClock(),
        stop=lambda: None,
    )

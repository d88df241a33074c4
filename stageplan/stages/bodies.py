"""The instructions of each stage with what they take from, the triggers of its base among them."""

from collections.abc import Callable, Mapping, Sequence

from stageplan.dockerfile.instructions import Dockerfile, Instruction
from stageplan.dockerfile.reader import read_trigger
from stageplan.errors import DockerfileError
from stageplan.source import Span
from stageplan.stages.bases import Bases
from stageplan.stages.expansion import SourcedInstruction
from stageplan.stages.images import checked_reference
from stageplan.stages.model import Source
from stageplan.stages.sources import StageList

TriggersOf = Callable[[Source], Sequence[str]]


class Bodies:
    """What each stage runs, and which stages that names.

    Attributes:
        instructions: by stage, triggers that have fired first.
        named: by stage, the other stages it names in FROM, COPY and mounts.
        behind_images: by stage, what the triggers of the images name that it copies from or mounts. The
            builder looks these up, as it does for a base, and then runs none of those triggers.
        refused: by stage, why its triggers cannot fire, for stages that the target does not need.
    """

    def __init__(self, dockerfile: Dockerfile, bases: Bases) -> None:
        """Looks up what every COPY and mount names.

        Raises:
            DockerfileError: one of them names what cannot be.
        """
        self._dockerfile = dockerfile
        self._bases = bases
        self._list = StageList(len(bases.bases), bases.by_name, dockerfile.escape)
        self._unchecked = list[Source]()
        self._triggers = dict[int, tuple[Instruction, ...]]()
        self.instructions = [self._sourced(text.body) for text in dockerfile.stages]
        self.behind_images: list[tuple[Source, ...]] = [()] * len(bases.bases)
        self.named = [self._named(index) for index in range(len(bases.bases))]
        self.refused = dict[int, DockerfileError]()

    def last_spans(self) -> list[Mapping[int, Span]]:
        """For each stage the stages that its COPYs and mounts name, and where they last do."""
        return [
            {source.stage: source.span for source in self.sources(index) if source.stage is not None}
            for index in range(len(self.instructions))
        ]

    def fire_triggers(
        self, target: int, from_images: Sequence[Sequence[str]], of_source: TriggersOf | None
    ) -> None:
        """Puts the triggers of each base before the instructions of the stages that start from it.

        Those of stages that the target needs fire first, for they can make it need more. The others fire for
        the sake of other targets; what is wrong with them is kept, not raised.

        Args:
            target: index of the stage to build.
            from_images: by stage, the triggers of the image it starts from.
            of_source: the triggers of an image that a COPY or mount names; None where none are known.

        Raises:
            DockerfileError: a trigger that the target needs is none, or the name of an image is none.
        """
        fired = set[int]()
        front = [target]
        while front:
            self._check_images()
            reached = self._newly_reached(front, fired)
            fired.update(reached)
            front = [name for stage in reached for name in self._fire(stage, from_images[stage], of_source)]
            of_source = None  # the builder never looks at images of stages that only a trigger makes it need
        for stage in range(len(self.instructions)):
            if stage not in fired:
                try:
                    self._fire(stage, from_images[stage], None)
                    self._check_images()
                except DockerfileError as error:
                    self.refused[stage] = error

    def _sourced(
        self, instructions: Sequence[Instruction], *, triggers: bool = False
    ) -> tuple[SourcedInstruction, ...]:
        sourced = tuple(
            SourcedInstruction(
                instruction=instruction, sources=self._list.sources(instruction), is_trigger=triggers
            )
            for instruction in instructions
        )
        self._unchecked.extend(
            source for item in sourced for source in item.sources if source.image is not None
        )
        return sourced

    def sources(self, index: int) -> list[Source]:
        """What the instructions of a stage take from, in order."""
        return [source for sourced in self.instructions[index] for source in sourced.sources]

    def _named(self, index: int) -> tuple[int, ...]:
        base = self._bases.bases[index].stage
        sources = (*self.sources(index), *self.behind_images[index])
        named = (source.stage for source in sources if source.stage is not None)
        return tuple(named) if base is None else (base, *named)

    def _check_images(self) -> None:
        """Refuses images whose names are none, of all stages."""
        unchecked, self._unchecked = self._unchecked, []
        for source in unchecked:
            checked_reference(source.image or "", source.place)

    def _newly_reached(self, front: list[int], known: set[int]) -> list[int]:
        """The stages that those in front need, themselves too, without the known ones; in file order."""
        reached: set[int] = set()
        while front:
            stage = front.pop()
            if stage not in known and stage not in reached:
                reached.add(stage)
                front.extend(self.named[stage])
        return sorted(reached)

    def _fire(self, index: int, from_image: Sequence[str], of_source: TriggersOf | None) -> tuple[int, ...]:
        """The stages that a stage names once the triggers of its base are among its instructions."""
        place = self._dockerfile.stages[index].start.span
        triggers = [read_trigger(text, place) for text in from_image]
        base = self._bases.bases[index].stage
        if base is not None:
            triggers.extend(self._triggers_of(base))
        self.instructions[index] = (*self._sourced(triggers, triggers=True), *self.instructions[index])
        if of_source:
            self.behind_images[index] = self._behind_images(index, of_source)
        if triggers or self.behind_images[index]:
            self.named[index] = self._named(index)
            return self.named[index]
        return ()

    def _behind_images(self, index: int, of_source: TriggersOf) -> tuple[Source, ...]:
        """What the triggers of the images name that a stage copies from, and the triggers of those, too."""
        found: list[Source] = []
        waiting = self.sources(index)
        seen: set[str] = set()
        while waiting:
            source = waiting.pop(0)
            if source.image is None or source.image in seen:
                continue
            seen.add(source.image)
            triggers = [read_trigger(text, source.span) for text in of_source(source)]
            named = [other for item in self._sourced(triggers, triggers=True) for other in item.sources]
            found += named
            waiting += named
        return tuple(found)

    def _triggers_of(self, base: int) -> tuple[Instruction, ...]:
        """The triggers that a stage of the file stores."""
        if base not in self._triggers:
            self._triggers[base] = tuple(
                read_trigger(instruction.trigger, instruction.span)
                for instruction in self._dockerfile.stages[base].body
                if instruction.keyword == "ONBUILD"
            )
        return self._triggers[base]

"""The answers: pure data."""

from dataclasses import dataclass

from stageplan.review.diff.changes import StageChange


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """An instruction that reads files of the build context.

    Attributes:
        stage: its stage, by name.
        is_needed: the targets need that stage.
        line: where it stands.
        text: as it is written.
        files: what it reads, sorted; of a question about a path only what lies there; None where nobody
            knows.
    """

    stage: str
    is_needed: bool
    line: int
    text: str
    files: tuple[str, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyPath:
    """What a file or folder of the build context does to a build.

    Attributes:
        path: from the root of the context.
        ignored: which rule leaves it out of the context, as a sentence, or None.
        readers: the instructions that read it, in the order of the file.
        stages: what would become of the stages that are built, if it changed.
        steps: how many instructions such a build has.
    """

    path: str
    ignored: str | None
    readers: tuple[Reader, ...]
    stages: tuple[StageChange, ...]
    steps: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """A stage before or behind another.

    Attributes:
        name: of the stage.
        ways: how it is reached from the stages nearer to the one that is asked for, such as
            `copies /out from build`.
    """

    name: str
    ways: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyStage:
    """What a stage is made of, and who needs it.

    Attributes:
        name: of the stage.
        line: where its FROM stands.
        base: what it starts from.
        is_needed: the targets need it.
        readers: its instructions that read files of the context.
        before: the stages it needs, the nearest last.
        through: instructions of those that read files of the context.
        behind: the stages that need it, the nearest first.
        targets: those of them that are published or run for their result, itself among them.
    """

    name: str
    line: int
    base: str
    is_needed: bool
    readers: tuple[Reader, ...]
    before: tuple[Near, ...]
    through: tuple[Reader, ...]
    behind: tuple[Near, ...]
    targets: tuple[str, ...]

"""The stages of a Dockerfile and what each takes from where."""

from dataclasses import dataclass, field
from typing import Literal

from stageplan.dockerfile.heredocs import Heredoc, heredoc_of
from stageplan.dockerfile.instructions import Instruction
from stageplan.dockerfile.mount_options import Mount
from stageplan.source import Placed, Span
from stageplan.stages.remote_sources import remote_kind
from stageplan.stages.stage_scope import InheritedArguments

DependencyKind = Literal["from", "copy", "mount", "onbuild"]
SourceKind = Literal["copy", "mount"]
ImageKind = Literal["from", "copy", "mount"]


class Source(Placed, frozen=True, kw_only=True, gc=False, eq=False):
    """What one COPY or one mount takes from.

    Attributes:
        name: what it names, as written; "" for a mount that names nothing.
        stage: the stage that this is, or None.
        image: the image that this is, as written, or None for a stage.
        kind: what takes it.
        span: where that stands.
        is_index_of_image: it is a number that counts past the stages of the file.
    """

    name: str
    stage: int | None
    image: str | None
    kind: SourceKind
    span: Span
    is_index_of_image: bool = False

    def place(self) -> Span:
        """Where it stands."""
        return self.span


@dataclass(frozen=True, slots=True, kw_only=True)
class StageMount:
    """A mount of a RUN.

    Attributes:
        mount: its fields, expanded.
        source: what it shows, by the name that stands in the file.
    """

    mount: Mount
    source: Source

    @property
    def reads_source(self) -> bool:
        """What it names is really shown: tmpfs and ssh mounts accept a name and do nothing with it."""
        return self.mount.type == "cache" or (self.mount.type == "bind" and self.mount.from_ != "")

    @property
    def reads_context(self) -> bool:
        """It shows the build context."""
        return self.mount.type == "bind" and not self.mount.from_


class StageInstruction(Placed, frozen=True, kw_only=True, gc=False, eq=False):
    """An instruction of a stage, its variables replaced where the builder replaces them.

    Attributes:
        instruction: what stands in the file.
        is_trigger: it comes from an ONBUILD of the base, and runs before the stage's own instructions.
        words: its arguments, expanded; as written where the builder does not expand them.
        assigns: the variables that ARG and ENV set here, in order; an ARG without a value sets none.
        labels: the names and values of a LABEL.
        flags: names and values of its flags, expanded; for a RUN without its mounts.
        mounts: the mounts of a RUN.
        files: the here-documents that COPY and ADD write, as they are written.
        copied: what a COPY with `--from` copies from, or None.
        unknown: variables it reads whose value only an image knows that nobody has looked at; they count as
            unset in what is expanded above.
    """

    instruction: Instruction
    is_trigger: bool = False
    words: tuple[str, ...] = ()
    assigns: tuple[tuple[str, str], ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    flags: tuple[tuple[str, str], ...] = ()
    mounts: tuple[StageMount, ...] = ()
    files: tuple[Heredoc, ...] = ()
    copied: Source | None = None
    unknown: frozenset[str] = frozenset()

    @property
    def keyword(self) -> str:
        """Which instruction it is, in upper case."""
        return self.instruction.keyword

    @property
    def text(self) -> str:
        """The logical line, as written."""
        return self.instruction.text

    @property
    def span(self) -> Span:
        """Where it stands; a trigger from an image stands at the FROM."""
        return self.instruction.span

    @property
    def runs(self) -> bool:
        """It starts a process."""
        return self.keyword == "RUN"

    @property
    def sources(self) -> tuple[str, ...]:
        """What a COPY or ADD reads, expanded; here-documents are not among them."""
        if self.keyword not in ("ADD", "COPY"):
            return ()
        written = zip(self.instruction.arguments[:-1], self.words[:-1], strict=True)
        return tuple(word for raw, word in written if not heredoc_of(raw))

    @property
    def destination(self) -> str | None:
        """Where a COPY or ADD writes, expanded; None for other instructions."""
        return self.words[-1] if self.keyword in ("ADD", "COPY") else None

    @property
    def context_sources(self) -> tuple[str, ...]:
        """The paths that a COPY or ADD reads from the build context."""
        if self.copied:
            return ()
        return tuple(source for source in self.sources if self.keyword == "COPY" or not remote_kind(source))

    @property
    def copies_context(self) -> bool:
        """It copies files of the build context."""
        return bool(self.context_sources)

    @property
    def mounts_context(self) -> bool:
        """It runs with the build context, or a part of it, in sight."""
        return any(mount.reads_context for mount in self.mounts)

    @property
    def remote_sources(self) -> tuple[str, ...]:
        """What an ADD downloads."""
        return tuple(source for source in self.sources if self.keyword == "ADD" and remote_kind(source))

    @property
    def adds_remote(self) -> bool:
        """It downloads something."""
        return bool(self.remote_sources)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A stage of the graph.

    Attributes:
        index: its place in the file, from 0.
        name: its name in lower case, or None.
        base: its base as written, expanded.
        base_stage: the stage it starts from, or None.
        base_image: the image it starts from, normalised; None for a stage, `scratch`, or a context that is no
            image.
        platform: the value of its `--platform`, normalised; "" where it has none.
        effective_platform: the platform it is built for.
        span: where its FROM stands.
        instructions: what is run to build it, triggers of the base first.
        replaced_by: the value of the named context that stands in for it, or None.
        base_context: the value of the named context that stands in for its base image, or None.
        inherited: names and values of the ARGs that it begins with, from the stage that it starts from.
    """

    index: int
    name: str | None
    base: str
    base_stage: int | None
    base_image: str | None
    platform: str
    effective_platform: str
    span: Span = field(compare=False)
    instructions: tuple[StageInstruction, ...]
    replaced_by: str | None
    base_context: str | None
    inherited: InheritedArguments = field(default_factory=InheritedArguments, compare=False)

    @property
    def label(self) -> str:
        """Its name, or the one that the builder makes up for it."""
        return self.name or f"stage-{self.index}"


class Dependency(Placed, frozen=True, kw_only=True, gc=False, eq=False):
    """Data that one stage takes from another.

    Attributes:
        source: index of the stage it comes from.
        consumer: index of the stage that takes it.
        kind: what takes it.
        span: where that stands.
        paths: the paths that are taken, expanded; none for a FROM.
        trigger: what takes it, where that is an ONBUILD of the base; None for the other kinds.
    """

    source: int
    consumer: int
    kind: DependencyKind
    span: Span
    paths: tuple[str, ...] = ()
    trigger: SourceKind | None = None


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class ImageUse:
    """An image that a stage needs.

    Attributes:
        ref: the image, normalised.
        stage: index of the stage that needs it.
        kind: what needs it.
    """

    ref: str
    stage: int
    kind: ImageKind


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphWarning:
    """Something that the builder accepts and that is likely not meant.

    Attributes:
        rule: the short name under which docs/errors.md explains it.
        message: what is doubtful.
        span: where it stands.
        hint: what to do about it, or None.
    """

    rule: str
    message: str
    span: Span = field(compare=False)
    hint: str | None = None

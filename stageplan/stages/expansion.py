"""The instructions of a stage with their variables replaced."""

from collections.abc import Mapping
from dataclasses import dataclass

from stageplan.dockerfile.heredocs import Heredoc, heredoc_of
from stageplan.dockerfile.instructions import Instruction
from stageplan.dockerfile.mount_options import Mount, MountError, parse_mount
from stageplan.dockerfile.problems import UnlocatedError
from stageplan.dockerfile.variables import ExpansionError
from stageplan.errors import DockerfileError
from stageplan.stages.global_scope import GlobalScope
from stageplan.stages.model import Source, StageInstruction, StageMount
from stageplan.stages.stage_scope import NOT_VARIABLES, StageScope

_EXPANDED_FLAGS = frozenset({"chown", "chmod", "checksum"})
_BODY_ESCAPE = "\\"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcedInstruction:
    """An instruction with what it takes from other stages and images.

    Attributes:
        instruction: the instruction.
        sources: for a COPY with `--from` one, for a RUN one for each mount.
        is_trigger: it comes from an ONBUILD of the base.
    """

    instruction: Instruction
    sources: tuple[Source, ...] = ()
    is_trigger: bool = False


class _Expand:
    """Replaces variables in words of one instruction; errors are placed at the word."""

    def __init__(
        self, instruction: Instruction, scope: StageScope, escape: str, read_unknown: set[str]
    ) -> None:
        self._instruction = instruction
        self._scope = scope
        self._escape = escape
        self.read_unknown = read_unknown

    def __call__(self, word: str) -> str:
        """The word with its variables replaced."""
        try:
            return self._scope.expand(word, self._escape, self.read_unknown)
        except ExpansionError as error:
            raise self._placed(error, word) from None

    def to_words(self, word: str) -> tuple[str, ...]:
        """The words that it becomes."""
        try:
            return self._scope.expand_to_words(word, self._escape, self.read_unknown)
        except ExpansionError as error:
            raise self._placed(error, word) from None

    def body(self, text: str) -> str:
        """The content of a here-document; quotes are characters like any other there."""
        try:
            return self._scope.expand(text, _BODY_ESCAPE, self.read_unknown, literal_quotes=True)
        except ExpansionError as error:
            raise self._placed(error, text) from None

    def _placed(self, error: ExpansionError, word: str) -> DockerfileError:
        hint = "give the variable a value, or correct the `${...}`"
        return UnlocatedError("expansion", str(error), hint=hint).located(self._instruction.place_of(word))


def expand_instruction(
    sourced: SourcedInstruction, scope: StageScope, given: GlobalScope, build_args: Mapping[str, str]
) -> StageInstruction:
    """The instruction as the builder runs it; ARG and ENV change the stage's scope.

    Args:
        sourced: the instruction.
        scope: the variables of its stage, so far.
        given: the file's escape token, and the values for an ARG that has none of its own.
        build_args: values of `--build-arg`.

    Raises:
        DockerfileError: a word cannot be expanded, or a mount is none.
    """
    instruction = sourced.instruction
    read_unknown: set[str] = set()
    expand = _Expand(instruction, scope, given.escape, read_unknown)
    words = instruction.arguments
    flags = tuple((flag.name, flag.value) for flag in instruction.flags)
    assigns: tuple[tuple[str, str], ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    mounts: tuple[StageMount, ...] = ()
    files: tuple[Heredoc, ...] = ()
    match instruction.keyword:
        case "ARG":
            assigns = _declared(instruction, scope, given, build_args, expand)
        case "ENV":
            assigns = _expanded_pairs(instruction, expand)
            for name, value in assigns:
                scope.assign(name, value, is_unknown=bool(read_unknown), in_image=True)
        case "LABEL":
            labels = _expanded_pairs(instruction, expand)
        case "ADD" | "COPY":
            flags = _expanded_flags(flags, expand)
            words = tuple(word if heredoc_of(word) else expand(word) for word in words)
            files = tuple(_expanded_file(file, expand) for file in instruction.files)
        case "RUN":
            mounts = _mounts(sourced, expand)
            flags = tuple(flag for flag in flags if flag[0] != "mount")
        case "EXPOSE":  # its order means nothing, and the builder sorts it first
            words = tuple(port for word in sorted(words) for port in expand.to_words(word))
        case "STOPSIGNAL" | "USER" | "VOLUME" | "WORKDIR":
            words = tuple(map(expand, words))
        case _:  # the builder leaves the others as they are
            pass
    return StageInstruction(
        instruction=instruction,
        is_trigger=sourced.is_trigger,
        words=words,
        assigns=assigns,
        labels=labels,
        flags=flags,
        mounts=mounts,
        files=files,
        copied=sourced.sources[0] if sourced.sources and instruction.keyword == "COPY" else None,
        unknown=frozenset(read_unknown),
    )


def _declared(
    instruction: Instruction,
    scope: StageScope,
    given: GlobalScope,
    build_args: Mapping[str, str],
    expand: _Expand,
) -> tuple[tuple[str, str], ...]:
    """What an ARG sets: the build arg, else its own default, else the global value, else nothing."""
    assigns: list[tuple[str, str]] = []
    for pair in instruction.pairs:
        before = len(expand.read_unknown)
        value = build_args.get(pair.name)
        if value is None:
            value = given.variables.get(pair.name) if pair.value is None else expand(pair.value)
        if value is not None and pair.name not in NOT_VARIABLES:
            scope.assign(pair.name, value, is_unknown=len(expand.read_unknown) > before, in_image=False)
            assigns.append((pair.name, value))
    return tuple(assigns)


def _expanded_pairs(instruction: Instruction, expand: _Expand) -> tuple[tuple[str, str], ...]:
    return tuple((expand(pair.name), expand(pair.value or "")) for pair in instruction.pairs)


def _expanded_flags(flags: tuple[tuple[str, str], ...], expand: _Expand) -> tuple[tuple[str, str], ...]:
    return tuple((name, expand(value) if name in _EXPANDED_FLAGS else value) for name, value in flags)


def _expanded_file(file: Heredoc, expand: _Expand) -> Heredoc:
    """The file that a here-document becomes; in its content quotes are characters like any other."""
    if not file.expands:
        return file.written(file.file_content)
    return file.written(expand.body(file.file_content))


def _mounts(sourced: SourcedInstruction, expand: _Expand) -> tuple[StageMount, ...]:
    given = (flag for flag in sourced.instruction.flags if flag.name == "mount")
    mounts: list[StageMount] = []
    for flag, source in zip(given, sourced.sources, strict=True):
        try:
            mount = parse_mount(flag.value, expand)
        except MountError as error:
            if expand.read_unknown:
                mounts.append(StageMount(mount=_likely_mount(source), source=source))
                continue
            raise UnlocatedError(
                "mount", str(error), hint=error.hint or "correct the value of --mount"
            ).located(flag.span) from None
        mounts.append(StageMount(mount=mount, source=source))
    return tuple(mounts)


def _likely_mount(source: Source) -> Mount:
    """What stands in for a mount that only an unknown variable tells: data is taken from its source."""
    return Mount(
        type="bind",
        from_=source.name,
        source="",
        target="",
        read_only=True,
        id="",
        sharing=None,
        mode=None,
        uid=None,
        gid=None,
        env=None,
        required=False,
        size=0,
    )

"""What `COPY --from` and `RUN --mount` name: a stage, or an image that counts as a stage from there on."""

from collections.abc import Iterable, Mapping

from stageplan.dockerfile.go_numbers import NumberError, integer
from stageplan.dockerfile.instructions import Instruction
from stageplan.dockerfile.mount_options import declared_from
from stageplan.dockerfile.problems import UnlocatedError
from stageplan.dockerfile.variables import ExpansionError, expand
from stageplan.source import Span
from stageplan.stages.bases import SCRATCH
from stageplan.stages.model import Source, SourceKind

_WORKAROUND = (
    "variable expansion is not supported for --from, "
    "define a new stage with FROM using ARG from global scope as a workaround"
)


class StageList:
    """The stages of the file, and behind them every image that a COPY or mount names, in order of appearance.

    An image is there once for each time it is named. A number in `--from` can hit one of them.
    """

    def __init__(self, count: int, by_name: Mapping[str, int], escape: str) -> None:
        self._by_name = by_name
        self._escape = escape
        self._states: list[int | str] = list(range(count))

    def sources(self, instruction: Instruction) -> tuple[Source, ...]:
        """What an instruction takes from: one thing for a COPY, one for each mount of a RUN.

        Raises:
            DockerfileError: a COPY names a variable, or a number that no stage has.
        """
        return self._registered(self._named(instruction))

    def _named(self, instruction: Instruction) -> Iterable[Source]:
        if instruction.keyword == "COPY" and (name := instruction.flag("from")):
            span = next(flag.span for flag in instruction.flags if flag.name == "from")
            yield self._copied(name, span)
        elif instruction.keyword == "RUN":
            for flag in instruction.flags:
                if flag.name == "mount":
                    yield self._mounted(declared_from(flag.value), flag.span)

    def _registered(self, sources: Iterable[Source]) -> tuple[Source, ...]:
        """The sources; their images join the list once all of them are looked up, as in the builder."""
        found = tuple(sources)
        self._states.extend(source.image for source in found if source.image is not None)
        return found

    def _copied(self, name: str, span: Span) -> Source:
        self._refuse_variables(name, span)
        try:
            index = integer(name)
        except NumberError:
            return self._by_name_or_image(name, name, "copy", span)
        if not 0 <= index < len(self._states):
            last = len(self._states) - 1
            hint = f"the stages of this file are 0 to {last}; a name is safer than a number"
            raise UnlocatedError("stage-index", f"invalid stage index {index}", hint=hint).located(span)
        state = self._states[index]
        if isinstance(state, int):
            return Source(name=name, stage=state, image=None, kind="copy", span=span)
        return Source(name=name, stage=None, image=state, kind="copy", span=span, is_index_of_image=True)

    def _refuse_variables(self, name: str, span: Span) -> None:
        hint = "write `FROM ${ARG} AS name` and copy from that name"
        try:
            expanded = expand(name, {}, escape=self._escape)
        except ExpansionError as error:
            raise UnlocatedError("from-variable", str(error), hint=hint).located(span) from None
        if expanded != name:
            raise UnlocatedError("from-variable", _WORKAROUND, hint=hint).located(span)

    def _mounted(self, name: str, span: Span) -> Source:
        return self._by_name_or_image(name, name or SCRATCH, "mount", span)

    def _by_name_or_image(self, name: str, looked_up: str, kind: SourceKind, span: Span) -> Source:
        stage = self._by_name.get(looked_up.lower())
        return Source(
            name=name, stage=stage, image=looked_up if stage is None else None, kind=kind, span=span
        )

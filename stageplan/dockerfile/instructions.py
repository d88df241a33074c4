"""What a Dockerfile is once it is read: instructions, grouped into stages."""

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from itertools import islice
from operator import attrgetter

from stageplan.dockerfile.arguments import Pair
from stageplan.dockerfile.heredocs import Heredoc, heredoc_of
from stageplan.dockerfile.lines import Origin, decoded
from stageplan.dockerfile.whitespace import SPACES
from stageplan.source import Placed, Span

_OFFSET = attrgetter("offset")
_WORD = re.compile(r"[^\t\v\f\r ]+")
_ONBUILD = re.compile(r"^[\t\n\f\r ]*ONBUILD[\t\n\f\r ]*", re.IGNORECASE)


class Flag(Placed, frozen=True, kw_only=True, gc=False, eq=False):
    """A flag of an instruction.

    Attributes:
        name: the name without `--`.
        value: its value; `true` or `false` for a switch.
        span: where it stands.
    """

    name: str
    value: str
    span: Span


class Instruction(Placed, frozen=True, kw_only=True, gc=False, eq=False):
    """One instruction, before any variable is replaced.

    Attributes:
        keyword: which instruction it is, in upper case.
        text: the logical line: continuations joined, comments and blank lines gone.
        value: what follows keyword and flags.
        flags: its flags, in order.
        arguments: the words of `value`; one where the instruction takes its text whole.
        is_json: the arguments were written as a JSON array.
        pairs: what ARG, ENV and LABEL name.
        heredocs: its here-documents, in order.
        span: where it stands, here-documents included.
        origins: which lines the pieces of `text` come from; none where the text is not in the file.
    """

    keyword: str
    text: str
    value: str = ""
    flags: tuple[Flag, ...] = ()
    arguments: tuple[str, ...] = ()
    is_json: bool = False
    pairs: tuple[Pair, ...] = ()
    heredocs: tuple[Heredoc, ...] = ()
    span: Span
    origins: tuple[Origin, ...]

    def flag(self, name: str) -> str | None:
        """The value of a flag, or None where it is not given."""
        return next((flag.value for flag in self.flags if flag.name == name), None)

    def flag_values(self, name: str) -> tuple[str, ...]:
        """All values of a flag that may be given more than once, in order."""
        return tuple(flag.value for flag in self.flags if flag.name == name)

    @property
    def sources(self) -> tuple[str, ...]:
        """The paths that a COPY or ADD reads, as written; here-documents are not among them."""
        return tuple(word for word in self.arguments[:-1] if not heredoc_of(word))

    @property
    def destination(self) -> str:
        """Where a COPY or ADD writes, as written."""
        return self.arguments[-1]

    @property
    def files(self) -> tuple[Heredoc, ...]:
        """The here-documents that a COPY or ADD writes as files, in the order of its sources."""
        by_name = {heredoc.name: heredoc.content for heredoc in self.heredocs}
        words = (heredoc_of(word) for word in self.arguments[:-1])
        return tuple(word.with_content(by_name.get(word.name, "")) for word in words if word)

    @property
    def trigger(self) -> str:
        """What an ONBUILD stores, with its here-documents."""
        bodies = "".join(f"\n{heredoc.content}{heredoc.name}" for heredoc in self.heredocs)
        return _ONBUILD.sub("", self.text, count=1) + bodies

    def place(self, start: int, end: int) -> Span:
        """Where the characters from `start` to `end` of `text` stand in the file."""
        return place_in(self.span, self.origins, start, end)

    def place_of(self, piece: str) -> Span:
        """Where a piece of the arguments or of the line stands; all of it where it is not found."""
        start = self.text.find(piece, self._value_start)
        if start < 0:
            start = self.text.find(piece)
        return self.place(start, start + len(piece)) if piece and start >= 0 else self.span

    def place_of_word(self, index: int) -> Span:
        """Where one of the words of the arguments stands, counted from 0."""
        words = _WORD.finditer(self.text, self._value_start)
        word = next(islice(words, index, None), None)
        return self.place(*word.span()) if word else self.span

    @property
    def _value_start(self) -> int:
        """Where the arguments begin in `text`."""
        return len(self.text.rstrip(SPACES)) - len(self.value)


def place_in(span: Span, origins: tuple[Origin, ...], start: int, end: int) -> Span:
    """Where the characters from `start` to `end` of a logical line stand.

    Args:
        span: where all of it stands; the answer where nothing more is known.
        origins: where its pieces come from.
        start: the first character, from 0.
        end: the one after the last.
    """
    if not origins:
        return span
    origin = origins[bisect_right(origins, start, key=_OFFSET) - 1]
    return Span(
        path=span.path,
        line=origin.line,
        column=origin.column + start - origin.offset,
        end_line=origin.line,
        width=max(1, end - start),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class StageText:
    """One FROM and what follows it up to the next.

    Attributes:
        index: its place in the file, from 0.
        name: the name after AS in lower case, or None.
        start: the FROM instruction.
        body: the instructions after it.
    """

    index: int
    name: str | None
    start: Instruction
    body: tuple[Instruction, ...]

    @property
    def base(self) -> str:
        """The base image or stage, as written."""
        return self.start.arguments[0]

    @property
    def platform(self) -> str | None:
        """The value of `--platform`, as written, or None; an empty one counts as none."""
        return self.start.flag("platform") or None

    @property
    def label(self) -> str:
        """The stage's name, or the one that the builder makes up for it."""
        return self.name or f"stage-{self.index}"


@dataclass(frozen=True, kw_only=True)
class Dockerfile:
    """A Dockerfile that the builder would accept as text.

    Attributes:
        path: the file as the user named it.
        data: its bytes.
        escape: the character that escapes and that continues a line.
        syntax: the frontend image that it asks for, or None.
        check: the options of the builder's own checks, or None.
        global_args: the ARG instructions before the first FROM.
        stages: its stages, at least one.
        blank_lines: lines that are blank inside a continuation, which the builder warns of.
    """

    path: str
    data: bytes = field(repr=False)
    escape: str
    syntax: str | None
    check: str | None
    global_args: tuple[Instruction, ...]
    stages: tuple[StageText, ...]
    blank_lines: tuple[int, ...]

    @cached_property
    def text(self) -> str:
        """The text without a byte-order mark; a byte that is not UTF-8 becomes a lone surrogate."""
        return decoded(self.data)

    @cached_property
    def digest(self) -> str:
        """The sha256 of the bytes, as `sha256:` and hexadecimal digits."""
        return f"sha256:{sha256(self.data).hexdigest()}"

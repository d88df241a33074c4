"""The lexer behind variables: one pass over a word, whatever is nested in it.

The text that comes out stands in one list, in order. A `${name:-word}` that is still open remembers where its
word begins in that list; when it closes, the word stays, goes, or is replaced. So nothing is copied twice,
however deep the nesting, and nothing recurses.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import takewhile

from stageplan.dockerfile import shell_patterns
from stageplan.dockerfile.quoting import quoted
from stageplan.dockerfile.word_splitter import WordSplitter

_END = shell_patterns.REPLACEMENT_CHARACTER
_SURROGATES = re.compile(r"[\ud800-\udfff]")
_NAME = re.compile(r"\d+|[@*#?\-$!]|\w+")


class ExpansionError(ValueError):
    """A word that the builder refuses; the text is the builder's."""


@dataclass(slots=True, kw_only=True)
class _Open:
    """A double quote, or a `${name` with an operator, that is not closed yet.

    Attributes:
        stop: the character that closes it.
        mark: where its text begins in the output.
        outer_raw_escapes: what holds again once it is closed.
        name: the variable; "" for a quote.
        operator: `-`, `+`, `?`, `#`, `%` or `/`, or what was written instead.
        colon: an empty variable counts as unset.
        every: all matches of a pattern are replaced.
        middle: where the replacement begins in the output, once the pattern is read.
    """

    stop: str
    mark: int
    outer_raw_escapes: bool
    name: str = ""
    operator: str = ""
    colon: bool = False
    every: bool = False
    middle: int = 0


@cache
def _plain_runs(escape: str, *, literal_quotes: bool) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What stands for itself: outside double quotes, and inside them."""
    special = re.escape("$" + escape + ("" if literal_quotes else "\"'"))
    return re.compile(rf"[^{special}/}}]+"), re.compile(rf"[^{re.escape('$' + escape)}\"]+")


@dataclass(slots=True, kw_only=True)
class ShellLexer:
    """One pass over one word."""

    word: str
    env: Mapping[str, str]
    escape: str
    keep_unset: bool = False
    literal_quotes: bool = False
    raw_quotes: bool = False
    raw_escapes: bool = False
    splitter: WordSplitter | None = None
    out: list[str] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    unset: set[str] = field(default_factory=set)
    _text: str = ""
    _at: int = 0
    _open: list[_Open] = field(default_factory=list)

    def run(self) -> None:
        """Reads the whole word."""
        self._text = self.word
        if not self.word.isascii():
            self._text = _SURROGATES.sub(_END, self.word).removeprefix("\ufeff")
        plain_in_word, plain_in_quotes = _plain_runs(self.escape, literal_quotes=self.literal_quotes)
        while self._at < len(self._text) or self._open:
            frame = self._open[-1] if self._open else None
            if frame is not None and frame.stop == '"':
                self._step_in_quotes(plain_in_quotes)
            else:
                self._step_in_word(plain_in_word, frame)

    def _step_in_word(self, plain: re.Pattern[str], frame: _Open | None) -> None:
        """Reads the next thing outside double quotes."""
        if run := plain.match(self._text, self._at):
            self._at = run.end()
            self._emit_plain(run[0])
            return
        char = self._next()
        if not char:
            raise self._error("unexpected end of statement while looking for matching }")
        if frame is not None and char == frame.stop:
            self._close(frame)
        elif char == "$":
            self._dollar()
        elif char == self.escape:
            self._escaped()
        elif char == "'" and not self.literal_quotes:
            self._single_quotes()
        elif char == '"' and not self.literal_quotes:
            self._open_quotes()
        else:
            self._emit_plain(char)

    def _step_in_quotes(self, plain: re.Pattern[str]) -> None:
        """Reads the next thing inside double quotes."""
        if run := plain.match(self._text, self._at):
            self._at = run.end()
            self.out.append(run[0])
            return
        char = self._next()
        if not char:
            raise self._error("unexpected end of statement while looking for matching double-quote")
        if char == '"':
            self._close_quotes()
        elif char == "$":
            self._dollar()
        else:
            self._escaped_in_quotes()

    def _next(self) -> str:
        """The next character, taken; "" at the end."""
        char = self._text[self._at : self._at + 1]
        self._at += 1
        return char

    def _peek(self) -> str:
        """The next character, left there; "" at the end."""
        return self._text[self._at : self._at + 1]

    def _error(self, message: str) -> ExpansionError:
        """The builder's error: one that shows at the end of the word is the outermost open brace's."""
        if self._at >= len(self._text):
            outermost = next((frame.stop for frame in self._open if frame.stop != '"'), None)
            if outermost == "/":
                message = "syntax error: missing '/' in ${}"
            elif outermost:
                message = "syntax error: missing '}'"
        return ExpansionError(f"failed to process {quoted(self.word)}: {message}")

    # what is written goes to the output, and to the words where nothing is open

    def _emit_plain(self, text: str) -> None:
        self.out.append(text)
        if self.splitter and not self._open:
            self.splitter.add_plain(text)

    def _emit_whole(self, text: str) -> None:
        self.out.append(text)
        if self.splitter and not self._open:
            self.splitter.add_whole(text)

    def _emit_value(self, text: str) -> None:
        self.out.append(text)
        if self.splitter and not self._open:
            self.splitter.add(text)

    def _escaped(self) -> None:
        """An escape token outside double quotes: the next character is literal, at the end it vanishes."""
        self._emit_whole((self.escape if self.raw_escapes else "") + self._next())

    def _escaped_in_quotes(self) -> None:
        """An escape token in double quotes: it works before `"`, `$` and itself, and vanishes at the end."""
        following = self._peek()
        raw = self.escape if self.raw_escapes else ""
        if following and following in f'"${self.escape}':
            self.out.append(raw + self._next())
        elif following:
            self.out.append(raw + self.escape)

    def _single_quotes(self) -> None:
        end = self._text.find("'", self._at)
        if end < 0:
            self._at = len(self._text)
            raise self._error("unexpected end of statement while looking for matching single-quote")
        quote = "'" if self.raw_quotes else ""
        text = self._text[self._at : end]
        self._at = end + 1
        self._emit_whole(f"{quote}{text}{quote}")

    def _open_quotes(self) -> None:
        self._open.append(_Open(stop='"', mark=len(self.out), outer_raw_escapes=self.raw_escapes))
        self.out.append('"' if self.raw_quotes else "")

    def _close_quotes(self) -> None:
        frame = self._open.pop()
        self.out.append('"' if self.raw_quotes else "")
        if self.splitter and not self._open:
            self.splitter.add_whole("".join(self.out[frame.mark :]))

    def _dollar(self) -> None:
        """A `$name`, a `${...}`, or a dollar that stands for itself."""
        if self._peek() == "{":
            self._at += 1
            self._brace()
            return
        name = self._name()
        if not name:
            self._emit_value("$")
            return
        value = self._value(name)
        if value is None:
            value = f"${name}" if self.keep_unset else ""
        self._emit_value(value)

    def _brace(self) -> None:
        """What follows `${`, up to the operator."""
        following = self._peek()
        if not following:
            raise self._error("syntax error: missing '}'")
        if following in "{}:":
            raise self._error("syntax error: bad substitution")
        name = self._name()
        operator = self._next()
        if operator == "}":
            value = self._value(name)
            if value is None:
                value = f"${{{name}}}" if self.keep_unset else ""
            self._emit_value(value)
            return
        colon = operator == ":"
        if colon:
            operator = self._next()
        if (colon and operator in ("#", "%")) or not (colon or (operator and operator in "+-?#%/")):
            raise self._unsupported(operator, colon=colon)
        self._open_brace(name, operator, colon=colon)

    def _unsupported(self, operator: str, *, colon: bool) -> ExpansionError:
        return self._error(f"unsupported modifier ({':' if colon else ''}{operator or _END}) in substitution")

    def _open_brace(self, name: str, operator: str, *, colon: bool) -> None:
        is_replacement = operator == "/" and not colon
        every = is_replacement and self._peek() == "/"
        self._at += every
        frame = _Open(
            stop="/" if is_replacement else "}",
            mark=len(self.out),
            outer_raw_escapes=self.raw_escapes,
            name=name,
            operator=operator,
            colon=colon,
            every=every,
        )
        self._open.append(frame)
        self.out.append("")  # room for what stands before the word, should it stay as it is written
        self.raw_escapes = is_replacement or operator in ("#", "%")
        if self.splitter:
            self.splitter.lose_word()

    def _close(self, frame: _Open) -> None:
        """The `/` after a pattern, or the `}` at the end."""
        if frame.stop == "/":
            frame.stop = "}"
            frame.middle = len(self.out)
            self.out.append("")
            return
        self.raw_escapes = frame.outer_raw_escapes
        value = self._value(frame.name)
        if value is None and self.keep_unset:
            self._keep_as_written(frame)
        else:
            self._substitute(frame, value)
        self._open.pop()
        if self.splitter and not self._open:
            self.splitter.add("".join(self.out[frame.mark :]))

    def _keep_as_written(self, frame: _Open) -> None:
        colon = ":" if frame.colon else ""
        self.out[frame.mark] = f"${{{frame.name}{colon}{frame.operator}"
        if frame.middle:
            self.out[frame.middle] = "/"
        self.out.append("}")

    def _substitute(self, frame: _Open, value: str | None) -> None:
        """Leaves in the output, from the frame's mark on, what its `${...}` stands for."""
        missing = value is None or (frame.colon and value == "")
        match frame.operator:
            case "-" if missing:
                pass
            case "+":
                if missing:
                    del self.out[frame.mark :]
            case "?" if missing:
                why = "is not allowed to be " + ("unset" if value is None else "empty")
                raise self._required(f"{frame.name}: {''.join(self.out[frame.mark :]) or why}")
            case "-" | "?":
                self.out[frame.mark :] = [value or ""]
            case "#" | "%" | "/" if not (frame.colon and frame.operator == "/"):
                self.out[frame.mark :] = [self._matched(frame, value or "")]
            case _:
                self._open.pop()
                raise self._unsupported(frame.operator, colon=True)

    def _required(self, message: str) -> ExpansionError:
        self._open.pop()
        return self._error(message)

    def _matched(self, frame: _Open, value: str) -> str:
        """The value with what the frame's pattern matches removed or replaced."""
        pattern = "".join(self.out[frame.mark : frame.middle or None])
        try:
            if frame.operator == "/":
                replacement = "".join(self.out[frame.middle :])
                return shell_patterns.replace(value, pattern, replacement, every=frame.every)
            longest = pattern.startswith(frame.operator)
            pattern = pattern.removeprefix(frame.operator)
            remove = shell_patterns.remove_prefix if frame.operator == "#" else shell_patterns.remove_suffix
            return remove(value, pattern, longest=longest)
        except shell_patterns.PatternError as error:
            self._open.pop()
            raise self._error(str(error)) from None

    def _name(self) -> str:
        """The name at this place, taken; "" where there is none."""
        match = _NAME.match(self._text, self._at)
        if not match:
            return ""
        name = match[0]
        if not name.isascii():  # `\w` has numbers like `\u00bd`, which end a name
            name = "".join(takewhile(_may_stand_in_name, name))
        self._at += len(name)
        return name

    def _value(self, name: str) -> str | None:
        """The variable's value, or None; the asking is noted."""
        value = self.env.get(name)
        (self.unset if value is None else self.used).add(name)
        return value


def _may_stand_in_name(char: str) -> bool:
    return char.isalpha() or char.isdecimal() or char in "_@*#?-$!"

"""Lists of path patterns, of which the last that matches decides: ignore files, `--exclude`, `--parents`.

A list is cut into runs of patterns of one sign. Within a run the first match decides, and it does not matter
which pattern that was: not for the path, and not for what lies below it. So a run is asked as a whole, with
one regular expression, and a directory hands down one flag a run.
"""

import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass

from stageplan.context.go_regex import to_python
from stageplan.context.wildcards import BAD_PATTERN, PatternError, check_start

WHITE_SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)
_ESCAPED = frozenset(".+()$")  # not `|`, `{` and `}`: those get through to the builder's regular expressions

_SPECIAL = frozenset("*[]?^\\|{}")

Inherited = tuple[bool, ...]
"""Which runs of a list a directory or one of its parents matched; () for the root."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PathPattern:
    """One pattern, cleaned.

    Attributes:
        text: the pattern without its sign.
        exception: a `!` stood before it: what matches is taken back in.
    """

    text: str
    exception: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """Patterns of one sign, one behind the other; a pattern that cannot be used stands alone.

    Attributes:
        exception: their sign.
        regex: matches what one of them matches, or None for a pattern that cannot be used.
        unusable: that pattern, or "".
    """

    exception: bool
    regex: re.Pattern[str] | None
    unusable: str = ""


class UnusablePatternError(PatternError):
    """A pattern that the builder only finds wrong when a path is held against it."""


class PatternList:
    """Patterns in order; which paths they match."""

    def __init__(self, patterns: Iterable[PathPattern]) -> None:
        listed = tuple(patterns)
        self._runs = tuple(_runs(listed))
        self._only = self._runs[0].regex if len(self._runs) == 1 and not self._runs[0].exception else None
        self._starts = tuple(_literal_start(pattern.text) for pattern in listed if not pattern.exception)
        self._exception_starts = tuple(
            _literal_start(pattern.text) for pattern in listed if pattern.exception
        )

    def match(self, path: str, inherited: Inherited = ()) -> tuple[bool, Inherited]:
        """Whether the last pattern that matches a path has no `!`, and what its children inherit.

        Args:
            path: relative to the root, with `/`.
            inherited: what this gave for the path's directory; () for one that lies in the root.

        Raises:
            UnusablePatternError: the path had to be held against a pattern that is none.
        """
        if not self._runs:
            return False, ()
        if self._only:  # as nearly all ignore files are
            hit = bool(inherited and inherited[0]) or self._only.match(path) is not None
            return hit, (hit,)
        matched = False
        flags: list[bool] = []
        for index, run in enumerate(self._runs):
            hit = bool(inherited) and inherited[index]
            if not hit and run.exception == matched:
                if run.regex is None:
                    raise UnusablePatternError(BAD_PATTERN, run.unusable)
                hit = run.regex.match(path) is not None
            flags.append(hit)
            if hit:
                matched = not run.exception
        return matched, tuple(flags)

    def may_match_in(self, directory: str) -> bool:
        """Whether a pattern could match something in a directory that is not matched itself."""
        return _may_lie_in(directory, self._starts)

    def may_except_in(self, directory: str) -> bool:
        """Whether a pattern with `!` could match something in a directory that is matched itself."""
        return _may_lie_in(directory, self._exception_starts)

    def matches(self, path: str) -> bool:
        """Whether a path is matched, with what its directories hand down to it.

        Raises:
            UnusablePatternError: as `match` does.
        """
        inherited: Inherited = ()
        matched = False
        parts = path.split("/")
        for depth in range(1, len(parts) + 1):
            matched, inherited = self.match("/".join(parts[:depth]), inherited)
        return matched


def parse_pattern(text: str) -> PathPattern | None:
    """A pattern as it is written, or None where nothing is.

    Raises:
        PatternError: it is `!` alone, or its wildcards are not closed.
    """
    text = text.strip(WHITE_SPACE)
    if not text:
        return None
    text = clean_path(text)
    exception = text.startswith("!")
    if text == "!":
        raise PatternError('illegal exclusion pattern: "!"')
    text = text[exception:]
    check_start(text)
    return PathPattern(text=text, exception=exception)


def _literal_start(pattern: str) -> str | None:
    """The path below which all lies that a pattern matches, or None where wildcards hide it."""
    path = pattern.removesuffix("/**").removesuffix("/*")
    return None if _SPECIAL & set(path) else path


def _may_lie_in(directory: str, starts: tuple[str | None, ...]) -> bool:
    """Whether one of these paths, of which None is any, is a directory or lies in it."""
    return any(start is None or f"{start}/".startswith(f"{directory}/") for start in starts)


def clean_path(path: str) -> str:
    """The shortest path that means the same, `.` for nothing; only one `/` at the start stays."""
    cleaned = posixpath.normpath(path)
    return cleaned[1:] if cleaned.startswith("//") else cleaned


def _runs(patterns: Iterable[PathPattern]) -> Iterable[_Run]:
    """The runs of a list."""
    exception = False
    collected: list[str] = []
    for pattern in patterns:
        if collected and pattern.exception != exception:
            yield _run(collected, exception=exception)
            collected = []
        exception = pattern.exception
        try:
            collected.append(_regex(pattern.text).pattern)
        except PatternError:
            if collected:
                yield _run(collected, exception=exception)
                collected = []
            yield _Run(exception=exception, regex=None, unusable=pattern.text)
    if collected:
        yield _run(collected, exception=exception)


def _run(regexes: list[str], *, exception: bool) -> _Run:
    joined = "|".join(f"(?:{regex})" for regex in regexes)
    return _Run(exception=exception, regex=re.compile(joined))


def _regex(pattern: str) -> re.Pattern[str]:
    """What matches the paths that one pattern names."""
    expression: list[str] = []
    kind = "exact"
    at = 0
    while at < len(pattern):
        char = pattern[at]
        first, at = at == 0, at + 1
        if pattern.startswith("**", at - 1):
            at += 2 if pattern.startswith("/", at + 1) else 1
            if at < len(pattern):
                expression.append("(.*/)?")
                kind = "any"
            elif kind == "exact":
                kind = "prefix"
            else:
                expression.append(".*")
                kind = "any"
            kind = "suffix" if first else kind
        elif char in "*?":
            expression.append("[^/]*" if char == "*" else "[^/]")
            kind = "any"
        elif char == "\\":
            expression.append(pattern[at - 1 : at + 1])
            kind = "any" if at < len(pattern) else kind
            at += 1
        else:
            expression.append(f"\\{char}" if char in _ESCAPED else char)
            kind = "any" if char in "[]" else kind
    return _of_kind(kind, pattern, "".join(expression))


def _of_kind(kind: str, pattern: str, expression: str) -> re.Pattern[str]:
    """The regular expression of a pattern: plain text is compared as it is, without escapes and anchors."""
    match kind:
        case "exact":
            return re.compile(re.escape(pattern) + r"\Z")
        case "prefix":
            return re.compile(re.escape(pattern[:-2]))
        case "suffix":
            ending = pattern[2:]
            whole = re.escape(ending)
            if ending.startswith("/"):
                return re.compile(rf"(?:(?s:.*)/)?{re.escape(ending[1:])}\Z")
            return re.compile(rf"(?s:.*){whole}\Z")
        case _:
            return to_python(f"^{expression}$")

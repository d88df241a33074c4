"""The ignore file of a build context: which paths the build does not see."""

from dataclasses import dataclass, field

from stageplan.context.path_patterns import (
    WHITE_SPACE,
    Inherited,
    PathPattern,
    PatternList,
    UnusablePatternError,
    clean_path,
    parse_pattern,
)
from stageplan.context.wildcards import BAD_PATTERN, PatternError
from stageplan.errors import UsageError
from stageplan.source import Span, excerpt

DEFAULT_NAME = ".dockerignore"
OWN_SUFFIX = ".dockerignore"
_LONGEST_LINE = 65_535


@dataclass(frozen=True, slots=True, kw_only=True)
class IgnoreRule:
    """One pattern of an ignore file.

    Attributes:
        pattern: what it matches.
        span: where it stands.
    """

    pattern: PathPattern
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class IgnoreFile:
    """The rules of an ignore file, or of none.

    Attributes:
        path: the file as the user would name it; "" for none.
        rules: its patterns, in order.
        text: what it holds.
    """

    path: str
    rules: tuple[IgnoreRule, ...]
    text: str
    _patterns: PatternList = field(compare=False, repr=False)

    @classmethod
    def parse(cls, text: str, path: str) -> "IgnoreFile":
        """The rules of a text.

        Raises:
            UsageError: a line is too long, or its pattern is none.
        """
        rules = tuple(_rules(text, path))
        return cls(path=path, rules=rules, text=text, _patterns=PatternList(rule.pattern for rule in rules))

    def may_show_in(self, directory: str) -> bool:
        """Whether the build may see something in a directory that it does not see."""
        return self._patterns.may_except_in(directory)

    def excludes(self, path: str) -> bool:
        """Whether the build does not see a path; a directory that it does not see may hold one that it sees.

        Raises:
            UsageError: a rule turns out to be none when it is held against the path.
        """
        try:
            return self._patterns.matches(path)
        except UnusablePatternError as error:
            raise self._unusable(error) from None

    def match(self, path: str, inherited: Inherited = ()) -> tuple[bool, Inherited]:
        """Whether a path is ignored, and what its children inherit; for a walk from the root down.

        Args:
            path: relative to the context, with `/`.
            inherited: what this gave for the path's directory; () for one in the root.

        Raises:
            UsageError: a rule turns out to be none when it is held against the path.
        """
        try:
            return self._patterns.match(path, inherited)
        except UnusablePatternError as error:
            raise self._unusable(error) from None

    def _unusable(self, error: UnusablePatternError) -> UsageError:
        rule = next(rule for rule in self.rules if rule.pattern.text == error.pattern)
        return _bad_rule(str(error), rule.span, self.text)

    def deciding_rule(self, path: str) -> IgnoreRule | None:
        """The rule that says whether the build sees a path; None where none speaks of it."""
        for rule in reversed(self.rules):
            if PatternList([_positive(rule.pattern)]).matches(path):
                return rule
        return None


def _positive(pattern: PathPattern) -> PathPattern:
    return PathPattern(text=pattern.text, exception=False)


def choose_ignore_file(
    *, own_path: str, own_text: str | None, context_path: str, context_text: str | None
) -> IgnoreFile:
    """The ignore file that holds for a Dockerfile: its own, even if that is empty, else the context's.

    Args:
        own_path: the file named after the Dockerfile, beside it.
        own_text: what it holds, or None where it does not exist.
        context_path: the file in the context's root.
        context_text: what it holds, or None where it does not exist.

    Raises:
        UsageError: the chosen file has a line that is no pattern.
    """
    if own_text is not None:
        return IgnoreFile.parse(own_text, own_path)
    if context_text is not None:
        return IgnoreFile.parse(context_text, context_path)
    return NOTHING_IGNORED


def _rules(text: str, path: str) -> list[IgnoreRule]:
    """The rules of a text, in order."""
    rules = []
    for number, raw in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        span = Span(path=path, line=number, width=max(1, len(raw)))
        if len(raw.encode("utf-8", "surrogateescape")) > _LONGEST_LINE:
            raise _bad_rule("the line is longer than 65535 bytes", span, "")
        line = raw.removesuffix("\r")
        if line.startswith("#"):
            continue
        try:
            pattern = parse_pattern(_prepared(line.strip(WHITE_SPACE)))
        except PatternError as error:
            raise _bad_rule(str(error), span, text) from None
        if pattern:
            rules.append(IgnoreRule(pattern=pattern, span=span))
    return rules


def _prepared(line: str) -> str:
    """A line with its path cleaned and taken from the context's root, a `!` before it kept."""
    sign = "!" if line.startswith("!") else ""
    path = line[1:].strip(WHITE_SPACE) if sign else line
    if path:
        path = clean_path(path)
    if len(path) > 1:
        path = path.removeprefix("/")
    return sign + path


def _bad_rule(message: str, span: Span, text: str) -> UsageError:
    return UsageError(
        "ignore-pattern",
        f"the build would refuse this ignore file: {message}",
        span=span,
        hint=(
            "write a backslash before a bracket or backslash that means itself"
            if message == BAD_PATTERN
            else "change or delete the line"
        ),
        excerpt=excerpt(text, span) if text else "",
    )


NOTHING_IGNORED = IgnoreFile.parse("", "")

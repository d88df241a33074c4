"""Which files of the build context a COPY, an ADD or a bind mount reads."""

import math
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field

from stageplan.context.filters import Filter
from stageplan.context.selected import Selected
from stageplan.context.tree import ROOT, join
from stageplan.context.view import ContextView, TooManyLinksError
from stageplan.context.wildcards import PatternError, compile_wildcards, has_wildcards
from stageplan.errors import DockerfileError, did_you_mean
from stageplan.source import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What an instruction asks of the build context.

    Attributes:
        sources: paths, variables replaced.
        wildcards: `*`, `?` and `[` in a source are patterns: so for COPY and ADD, not for a mount.
        excludes: patterns of `--exclude`, held against paths below each source.
        parents: `--parents`: directories above a source are copied too, from a `/./` in it on.
        span: where the instruction stands.
    """

    sources: tuple[str, ...]
    wildcards: bool = True
    excludes: tuple[str, ...] = ()
    parents: bool = False
    span: Span | None = field(default=None, compare=False)


def select_files(view: ContextView, reading: Reading) -> tuple[Selected, ...]:
    """All that an instruction reads, sorted by path; the context's root itself is never in it.

    A directory is in it with all that lies below. A source that is a link is followed, a link below is not. A
    pattern that matches nothing reads nothing.

    Raises:
        DockerfileError: a source is not there (`missing-source`), links go round in circles (`link-loop`), or
            a pattern is none (`source-pattern`).
        UsageError: a directory cannot be read, or the ignore file has a rule that is none.
    """
    selected: dict[str, Selected] = {}
    for source in reading.sources:
        try:
            for item in _Source(view, source, reading).items():
                selected.setdefault(item.path, item)
        except TooManyLinksError:
            raise DockerfileError(
                "link-loop",
                f"the links of '{source}' go round in circles",
                span=reading.span,
                hint="make one of them lead to a file or directory",
            ) from None
        except PatternError as error:
            raise DockerfileError(
                "source-pattern",
                f"'{error.pattern or source}' is no pattern: {error}",
                span=reading.span,
                hint="write a backslash before a bracket or backslash that means itself",
            ) from None
    # in ASCII, characters sort as their bytes do
    in_order = sorted(selected) if all(map(str.isascii, selected)) else sorted(selected, key=_bytes)
    return tuple([selected[path] for path in in_order])


def _bytes(path: str) -> bytes:
    return path.encode("utf-8", "surrogateescape")


class _Source:
    """One source of an instruction."""

    def __init__(self, view: ContextView, source: str, reading: Reading) -> None:
        self._view = view
        self._reading = reading
        self._path, includes = _root_and_pattern(source, parents=reading.parents)
        self._filter = Filter(includes, reading.excludes)

    def items(self) -> Iterator[Selected]:
        """What it reads."""
        if self._reading.wildcards and has_wildcards(self._path):
            for path, found in self._matches():
                yield from self._below(path, found)
        else:
            yield from self._below(self._path, self._path)

    def _matches(self) -> Iterator[tuple[str, str]]:
        """The paths that match, as the instruction sees them and as they are; nothing below a match."""
        parts = self._path.split("/")
        first = next(index for index, part in enumerate(parts) if has_wildcards(part))
        seen, pattern = "/".join(parts[:first]), "/".join(parts[first:])
        regex = compile_wildcards(pattern)
        # only a class in brackets matches a slash
        depth = math.inf if "[" in pattern else pattern.count("/") + 1
        start = self._view.follow(seen)
        if start != ROOT and not self._is_directory(start):
            raise self._missing(seen, _no_such_file(start))
        waiting = list(reversed(self._view.children(start)))
        while waiting:
            entry = waiting.pop()
            below = entry.path.removeprefix(f"{start}/") if start else entry.path
            if regex.match(below):
                yield join(seen, below), entry.path
            elif entry.kind == "directory" and below.count("/") + 1 < depth:
                waiting += reversed(self._view.children(entry.path))

    def _is_directory(self, path: str) -> bool:
        entry = self._view.entry(path)
        return entry is not None and entry.kind == "directory"

    def _below(self, path: str, found: str) -> Iterator[Selected]:
        """What one path without wildcards stands for."""
        followed = self._view.follow(found)
        if followed == ROOT:
            for item in self._filter.contents(self._view, ROOT, path):
                self._check_link(item)
                yield item
            return
        entry = self._view.entry(followed)
        if entry is None:
            filtered_away = self._filter.is_set and self._view.link(found) is None
            raise self._missing(path, _no_such_file(followed) if filtered_away else _not_found(path))
        yield Selected(path=path, entry=entry)
        if entry.kind == "directory":
            yield from self._filter.contents(self._view, followed, path)

    def _check_link(self, item: Selected) -> None:
        """The builder follows links in the root when it filters, though it copies them as they are."""
        if self._filter.is_set and item.entry.kind == "symlink" and "/" not in item.entry.path:
            followed = self._view.follow(item.entry.path)
            if followed != ROOT and self._view.entry(followed) is None:
                raise self._missing(item.path, _not_found(item.path))

    def _missing(self, path: str, message: str) -> DockerfileError:
        """The builder's error, with what the ignore file or a slip of the pen has to do with it."""
        rule = self._view.hidden_by(path)
        if rule:
            hint = f"line {rule.span.line} of {rule.span.path} leaves it out of the build context"
        else:
            hint = self._near(path) or "paths start at the root of the build context"
        return DockerfileError("missing-source", message, span=self._reading.span, hint=hint)

    def _near(self, path: str) -> str | None:
        """A hint that says where a link leads, or names what is there under nearly the same name."""
        directory, _, name = path.rpartition("/")
        followed = self._view.follow(directory)
        if followed != ROOT and not self._is_directory(followed):
            return None
        if self._view.link(path):
            return f"nothing is where that link leads, '{self._view.follow(path)}'"
        others = (entry.name for entry in self._view.children(followed) if entry.name != name)
        return did_you_mean(name, others)


def _not_found(path: str) -> str:
    """The builder's message where it looks for what is to be copied."""
    return f'failed to calculate checksum: "/{path}": not found'


def _no_such_file(path: str) -> str:
    """The builder's message where only the copying shows that nothing is there."""
    return f"lstat /{path}: no such file or directory"


def _root_and_pattern(source: str, *, parents: bool) -> tuple[str, tuple[str, ...]]:
    """Where a source starts, and the pattern that what is below has to match."""
    if not parents:
        return _cleaned(source), ()
    root, pivot, rest = source.partition("/./")
    return (_cleaned(root), (_cleaned(rest),)) if pivot else (ROOT, (_cleaned(source),))


def _cleaned(path: str) -> str:
    return posixpath.normpath("/" + path).lstrip("/")

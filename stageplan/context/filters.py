"""What of a source that is a directory is read: `--parents` lets in, `--exclude` leaves out."""

from collections.abc import Iterable, Iterator, Sequence

from stageplan.context.path_patterns import Inherited, PathPattern, PatternList, parse_pattern
from stageplan.context.selected import Selected
from stageplan.context.tree import ROOT, join
from stageplan.context.view import ContextView
from stageplan.context.wildcards import PatternError


class Filter:
    """What of a directory's content is read: included by `--parents`, not excluded by `--exclude`."""

    def __init__(self, includes: Sequence[str], excludes: Sequence[str]) -> None:
        self._includes = _pattern_list(includes) if includes else None
        self._excludes = _pattern_list(excludes)
        self.is_set = bool(includes or excludes)

    def contents(self, view: ContextView, directory: str, path: str) -> Iterable[Selected]:
        """What is read in a directory, with all that lies below.

        Args:
            view: the build context.
            directory: where the content lies.
            path: where the instruction sees it.
        """
        return self._filtered(view, directory, path) if self.is_set else _all(view, directory, path)

    def _filtered(
        self,
        view: ContextView,
        directory: str,
        path: str,
        below: str = ROOT,
        inherited: tuple[Inherited, Inherited] = ((), ()),
    ) -> Iterator[Selected]:
        """What is let through, and a directory that is not read itself before what is read in it.

        Args:
            view: the build context.
            directory: where the content lies.
            path: where the instruction sees it.
            below: where it lies from the source on.
            inherited: what the directory hands down for the includes and the excludes.
        """
        for name, entry in view.names(directory):
            relative = join(below, name)
            item = Selected(path=join(path, name), entry=entry)
            is_read, handed_down = self._read(relative, inherited)
            if entry.kind != "directory":
                if is_read:
                    yield item
                continue
            if is_read:
                yield item
            elif self._includes and not self._includes.may_match_in(relative):
                continue
            for inner in self._filtered(view, entry.path, item.path, relative, handed_down):
                if not is_read:
                    is_read = True
                    yield item
                yield inner

    def _read(
        self, path: str, inherited: tuple[Inherited, Inherited]
    ) -> tuple[bool, tuple[Inherited, Inherited]]:
        included, includes = self._includes.match(path, inherited[0]) if self._includes else (True, ())
        excluded, excludes = self._excludes.match(path, inherited[1])
        return included and not excluded, (includes, excludes)


def _all(view: ContextView, directory: str, path: str) -> list[Selected]:
    """Everything below a directory."""
    found: list[Selected] = []
    waiting = [(directory, path)]
    while waiting:
        inside, seen = waiting.pop()
        start = join(seen, "")
        for name, entry in view.names(inside):
            found.append(Selected(path=start + name, entry=entry))
            if entry.kind == "directory":
                waiting.append((entry.path, start + name))
    return found


def _pattern_list(texts: Iterable[str]) -> PatternList:
    patterns: list[PathPattern] = []
    for text in texts:
        try:
            pattern = parse_pattern(text)
        except PatternError as error:
            raise PatternError(str(error), text) from None
        if pattern:
            patterns.append(pattern)
    return PatternList(patterns)

"""The answers for a terminal."""

from collections.abc import Iterable, Iterator

from stageplan.review.diff.words import instructions
from stageplan.review.why.model import Near, Reader, WhyPath, WhyStage

_MOST_FILES = 8
_LONGEST = 72


def path_text(answer: WhyPath) -> str:
    """What a file does, with a line end."""
    blocks = [list(_head(answer)), list(_runs(answer))]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def stage_text(answer: WhyStage, *, all_files: bool) -> str:
    """What a stage is made of, with a line end.

    Args:
        all_files: every file is named, not the first few of each instruction.
    """
    needed = _listed(answer.targets) if answer.is_needed else "nothing"
    head = [f"{answer.name}  line {answer.line}, starts from {answer.base}, needed for {needed}"]
    blocks = [
        head,
        list(_readers("reads of the build context", answer.readers, all_files=all_files)),
        list(_nears("needs", answer.before)),
        list(_readers("reads through them", answer.through, all_files=all_files, is_staged=True)),
        list(_nears("would change with it", answer.behind)),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _head(answer: WhyPath) -> Iterator[str]:
    if answer.ignored:
        yield f"{answer.path} is not in the build context: {answer.ignored}"
    elif not answer.readers:
        yield f"{answer.path} is read by no instruction"
    else:
        yield f"{answer.path} is read by"
        yield from (f"  {_place(reader)}{_needless(reader)}" for reader in answer.readers)


def _runs(answer: WhyPath) -> Iterator[str]:
    count = sum(len(stage.runs) for stage in answer.stages)
    if not count:
        yield f"if it changed, no instruction would run again, of {answer.steps}"
        return
    verb = "would run again"
    yield f"if it changed, {count} of {instructions(answer.steps)} {verb}"
    width = max(len(stage.name) for stage in answer.stages)
    for stage in answer.stages:
        steps = len(stage.runs) + stage.hits
        part = f"{len(stage.runs)} of {steps}"
        condition = "" if stage.is_certain else ", where what it copies changes with it"
        yield f"  {stage.name:<{width}}  from line {stage.runs[0].line}, {part}{condition}"


def _readers(
    title: str, readers: Iterable[Reader], *, all_files: bool, is_staged: bool = False
) -> Iterator[str]:
    found = tuple(readers)
    if found:
        yield title
    for reader in found:
        stage = f"{reader.stage} " if is_staged else ""
        yield f"  {stage}line {reader.line}: {_short(reader.text)}"
        yield from (f"    {line}" for line in _files(reader, all_files=all_files))


def _files(reader: Reader, *, all_files: bool) -> Iterator[str]:
    if reader.files is None:
        yield "nobody knows which files: the context is no folder here, or lacks one of them"
        return
    shown = reader.files if all_files else reader.files[:_MOST_FILES]
    yield from shown
    if len(shown) < len(reader.files):
        yield f"and {len(reader.files) - len(shown)} more"


def _nears(title: str, nears: Iterable[Near]) -> Iterator[str]:
    found = tuple(nears)
    if found:
        yield title
        width = max(len(near.name) for near in found)
        yield from (f"  {near.name:<{width}}  {'; '.join(near.ways)}" for near in found)


def _place(reader: Reader) -> str:
    return f"{reader.stage} line {reader.line}: {_short(reader.text)}"


def _needless(reader: Reader) -> str:
    return "" if reader.is_needed else "  (not needed)"


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= _LONGEST else f"{plain[: _LONGEST - 1]}…"


def _listed(words: Iterable[str]) -> str:
    return ", ".join(words)

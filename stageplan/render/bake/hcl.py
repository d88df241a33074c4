"""A bake file as HCL."""

from collections.abc import Iterator

from stageplan.render.bake.document import BakeDocument
from stageplan.render.bake.terms import Term, Text, quoted, text_of


def write_hcl(document: BakeDocument) -> str:
    """The file, with a line end."""
    return "\n".join(_lines(document)) + "\n"


def _lines(document: BakeDocument) -> Iterator[str]:
    yield from (f"# {comment}" for comment in document.comments)
    for name, text in document.variables.items():
        yield from _block(f'variable "{name}"', {"default": "null" if text is None else quoted(text)})
    for name, (parameters, result) in document.functions.items():
        yield from _block(
            f'function "{name}"', {"params": f"[{', '.join(parameters)}]", "result": result.code}
        )
    for name, targets in document.groups.items():
        yield from _block(f'group "{name}"', {"targets": _list(tuple(map(text_of, targets)))})
    for name, attributes in document.targets.items():
        yield from _block(f'target "{name}"', {key: _term(term) for key, term in attributes.items()})


def _block(head: str, attributes: dict[str, str]) -> Iterator[str]:
    """A block with its attributes, whose signs stand below each other as in bake's own examples."""
    yield ""
    yield f"{head} {{"
    longest = max(map(len, attributes), default=0)
    for name, value in attributes.items():
        yield f"  {name:<{longest}} = {value}"
    yield "}"


def _term(term: Term) -> str:
    if isinstance(term, bool):
        return str(term).lower()
    if isinstance(term, dict):
        inner = "".join(f"\n    {quoted(text_of(name))} = {quoted(text)}" for name, text in term.items())
        return f"{{{inner}\n  }}"
    if isinstance(term, tuple):
        return _list(term)
    return quoted(term)


def _list(texts: tuple[Text, ...]) -> str:
    if len(texts) == 1:
        return f"[{quoted(texts[0])}]"
    return "[" + "".join(f"\n    {quoted(text)}," for text in texts) + "\n  ]"

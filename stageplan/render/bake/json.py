"""A bake file as JSON."""

import json
from typing import Any

from stageplan.render.bake.document import BakeDocument
from stageplan.render.bake.terms import Term, template, text_of


def write_json(document: BakeDocument) -> str:
    """The file, with a line end; bake passes over what stands under `//`."""
    written: dict[str, Any] = {
        "//": document.comments,
        "variable": {
            name: {"default": None if text is None else template(text)}
            for name, text in document.variables.items()
        },
        "function": {
            name: {"params": parameters, "result": template(text_of(result))}
            for name, (parameters, result) in document.functions.items()
        },
        "group": {name: {"targets": targets} for name, targets in document.groups.items()},
        "target": {
            name: {attribute: _term(term) for attribute, term in attributes.items()}
            for name, attributes in document.targets.items()
        },
    }
    return json.dumps(written, indent=2, ensure_ascii=False) + "\n"


def _term(term: Term) -> Any:
    if isinstance(term, bool):
        return term
    if isinstance(term, dict):
        return {name: template(text) for name, text in term.items()}
    if isinstance(term, tuple):
        return [template(text) for text in term]
    return template(term)

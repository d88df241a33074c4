"""Texts of a bake file that hold expressions, in bake's language, HCL.

Both spellings of a bake file mean the same: a text in JSON is the template that HCL puts between quotes.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Expression:
    """A place in a text where the value of an expression goes.

    Attributes:
        code: the expression as HCL has it.
    """

    code: str


@dataclass(frozen=True, slots=True)
class Text:
    """A text, of what is literal and of expressions."""

    parts: tuple[str | Expression, ...]


Term = Text | tuple[Text, ...] | dict[str, Text] | bool


def text_of(*parts: str | Expression) -> Text:
    """The text of these parts."""
    return Text(parts)


def template(text: Text) -> str:
    """The text as a template: what is literal stays so, each expression stands in `${…}`."""
    return _joined(text, lambda literal: literal)


def quoted(text: Text) -> str:
    """The text in HCL's quotes; without them where it is one expression."""
    if len(text.parts) == 1 and isinstance(text.parts[0], Expression):
        return text.parts[0].code
    return f'"{_joined(text, _escaped)}"'


def _joined(text: Text, written: Callable[[str], str]) -> str:
    parts = []
    for part in text.parts:
        if isinstance(part, Expression):
            parts.append(f"${{{part.code}}}")
            continue
        literal = part.replace("${", "$${").replace("%{", "%%{")
        if literal.endswith(("$", "%")):  # `$${` would be no expression
            parts.append(f'{written(literal[:-1])}${{"{literal[-1]}"}}')
        else:
            parts.append(written(literal))
    return "".join(parts)


def _escaped(text: str) -> str:
    """The text between quotes; HCL knows the escapes of JSON but for two that are rarely seen."""
    return json.dumps(text, ensure_ascii=False)[1:-1].replace("\\b", "\\u0008").replace("\\f", "\\u000c")

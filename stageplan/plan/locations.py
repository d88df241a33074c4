"""Texts with the names of parameters in braces, and what they stand for."""

from collections.abc import Mapping
from string import Formatter

from stageplan.plan.model import Parameters
from stageplan.plan.scope import slug

_NAMES = frozenset({"image", "cache_image", "cache_dir", "scope"})


def pieces(location: str) -> tuple[tuple[str, str | None], ...]:
    """The location in pieces: a literal text, and the parameter that follows it or None.

    Raises:
        ValueError: a brace does not close, or names no parameter.
    """
    found: list[tuple[str, str | None]] = []
    for literal, name, spec, conversion in Formatter().parse(location):
        if name is not None and (name not in _NAMES or spec or conversion):
            message = f"'{{{name}}}' is no parameter"
            raise ValueError(message)
        found.append((literal, name))
    return tuple(found)


def values_of(parameters: Parameters, *, scope: str | None = None) -> dict[str, str]:
    """What each name in a location stands for.

    Args:
        parameters: of the plan.
        scope: a scope to look at instead of the plan's own.
    """
    return {
        "image": parameters.image or "",
        "cache_image": parameters.cache_image or "",
        "cache_dir": parameters.cache_dir or "",
        "scope": slug(parameters.scope if scope is None else scope),
    }


def resolve(location: str, values: Mapping[str, str]) -> str:
    """The location with every name replaced by what it stands for."""
    return "".join(literal + (values[name] if name else "") for literal, name in pieces(location))

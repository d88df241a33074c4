"""What a plan names of a registry, whatever it is made of."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from stageplan.plan.locations import resolve, values_of
from stageplan.plan.model import Plan
from stageplan.plan.sources import scopes

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def refs_in(plan: Plan) -> Iterator[str]:
    """Every location of its steps, in each scope where it may be looked for."""
    places = [text for text in _texts(msgspec.to_builtins(plan.steps)) if ":" in text]
    for scope in scopes(plan):
        values = values_of(plan.parameters, scope=scope)
        for place in places:
            try:
                yield resolve(place, values)
            except ValueError:  # it has braces, and is no location
                continue


def digests_in(plan: Plan) -> Iterator[str]:
    """Every digest of its steps: images that builds get, or that tags are moved to."""
    for text in _texts(msgspec.to_builtins(plan.steps)):
        yield from _DIGEST.findall(text)


def keys_in(plan: Plan) -> Iterator[str]:
    """The keys of its stages."""
    for record in () if plan.keys is msgspec.UNSET else plan.keys:
        if record.key is not None:
            yield record.key


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for each in value.values():
                yield from _texts(each)
        case list() | tuple():
            for each in value:
                yield from _texts(each)
        case _:
            return

"""Named contexts: what `--build-context` puts in the place of a stage or an image."""

import re
from collections.abc import Mapping

from stageplan.dockerfile.platforms import Platform
from stageplan.dockerfile.references import InvalidReferenceError, parse_reference
from stageplan.errors import UsageError

_NEVER_REPLACED = ("scratch", "context")
_IMAGE = "docker-image:"
_EMPTY = "scratch"
_PLAIN_NAME = re.compile(r"[a-z][a-z0-9]{0,30}(?:[._-][a-z0-9]{1,30})?")
"""Names that are references, as nearly all stages have."""


def context_names(contexts: Mapping[str, str]) -> dict[str, str]:
    """The contexts by the names that are looked up: `alpine` for `docker.io/library/alpine:latest`.

    Raises:
        UsageError: a name is none that an image could have.
    """
    return {_context_name(name): value for name, value in contexts.items()}


def _context_name(name: str) -> str:
    bare, separator, platform = name.partition("::")
    try:
        familiar = parse_reference(bare).familiar.removesuffix(":latest")
    except InvalidReferenceError as error:
        message = f"--build-context '{name}': invalid context name {bare}: {error}"
        raise UsageError("context-name", message, hint="name a stage, or an image, in lower case") from None
    return f"{familiar}{separator}{platform}"


def context_for(name: str, contexts: Mapping[str, str], platform: Platform) -> str | None:
    """The value of the context that stands in for a stage name or an image, or None.

    Args:
        name: the stage name, or the image as written.
        contexts: values of `--build-context`, by name.
        platform: what the stage is built for; a context may be given for one platform only.

    Raises:
        InvalidReferenceError: the name is no image reference; the builder looks every name up as one.
    """
    if name.lower() in _NEVER_REPLACED:
        return None
    if not contexts and _PLAIN_NAME.fullmatch(name):
        return None
    try:
        familiar = parse_reference(name).familiar.removesuffix(":latest")
    except InvalidReferenceError as error:
        message = f"invalid context name {name}: {error}"
        raise InvalidReferenceError(message) from None
    specific = f"{familiar}::{platform.normalized().format_all()}"
    return contexts.get(specific, contexts.get(familiar))


def is_empty_context(value: str) -> bool:
    """The context is the empty image."""
    return value in (f"{_IMAGE}{_EMPTY}", f"{_IMAGE}//{_EMPTY}")


def image_of_context(value: str) -> str | None:
    """The image that a context is, normalised; None where it is none, or the empty one.

    Raises:
        InvalidReferenceError: it names an image that cannot be.
    """
    if not value.startswith(_IMAGE):
        return None
    ref = value.removeprefix(_IMAGE).removeprefix("//")
    return None if ref == _EMPTY else parse_reference(ref).normalized

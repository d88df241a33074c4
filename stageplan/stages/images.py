"""Which images a build looks up, under which names."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from stageplan.dockerfile.platforms import Platform
from stageplan.dockerfile.problems import UnlocatedError
from stageplan.dockerfile.quoting import quoted
from stageplan.dockerfile.references import InvalidReferenceError, parse_reference
from stageplan.source import Span
from stageplan.stages.bases import SCRATCH
from stageplan.stages.named_contexts import context_for, image_of_context


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedImage:
    """What an image name stands for.

    Attributes:
        ref: the image, normalised; None for `scratch` and for a context that is no image.
        context: the value of the named context that stands in for it, or None.
    """

    ref: str | None
    context: str | None = None


def checked_reference(name: str, place: Callable[[], Span]) -> str | None:
    """The image that a name means, normalised; None for `scratch`.

    Raises:
        DockerfileError: the name is no image reference.
    """
    if name == SCRATCH:
        return None
    try:
        return _normalized(name)
    except InvalidReferenceError as error:
        message = f"failed to parse stage name {quoted(name)}: {error}"
        hint = "write `repository:tag`" if name == name.lower() else "write it in lower case"
        raise UnlocatedError("reference", message, hint=hint).located(place()) from None


@lru_cache(maxsize=1024)
def _normalized(name: str) -> str:
    return parse_reference(name).normalized


def resolved_image(
    name: str, contexts: Mapping[str, str], platform: Platform, place: Callable[[], Span]
) -> ResolvedImage:
    """The image that a name means, after named contexts.

    Raises:
        DockerfileError: the name, or that of a context's image, is no image reference.
    """
    ref = checked_reference(name, place)
    if ref is None:
        return ResolvedImage(ref=None)
    context = context_for(ref, contexts, platform)
    if context is None:
        return ResolvedImage(ref=ref)
    return ResolvedImage(ref=context_image(context, place), context=context)


def context_image(context: str, place: Callable[[], Span]) -> str | None:
    """The image that a named context is, normalised, or None.

    Raises:
        DockerfileError: it names an image that cannot be.
    """
    try:
        return image_of_context(context)
    except InvalidReferenceError as error:
        hint = "correct the value of --build-context"
        message = f"named context '{context}': {error}"
        raise UnlocatedError("build-context", message, hint=hint).located(place()) from None

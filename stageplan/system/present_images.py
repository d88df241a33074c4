"""Which images are in a registry, and how big they are."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from stageplan.system.registry import Registry
from stageplan.system.registry_content import Manifest


@dataclass(frozen=True, slots=True, kw_only=True)
class PresentImage:
    """An image in a registry.

    Attributes:
        digest: of its manifest.
        size: compressed bytes of its layers; 0 for an index.
    """

    digest: str
    size: int


def present_images(refs: Iterable[str]) -> dict[str, PresentImage | None]:
    """What each ref names, or None where there is no such thing; one request each, side by side.

    Raises:
        UnreachableError: a registry does not answer, or refuses.
    """
    found = Registry().manifests(refs)
    return {ref: None if manifest is None else _image(manifest) for ref, manifest in found.items()}


def _image(manifest: Manifest) -> PresentImage:
    try:
        layers = json.loads(manifest.body).get("layers", ())
        return PresentImage(digest=manifest.digest, size=sum(layer["size"] for layer in layers))
    except (ValueError, LookupError, TypeError):
        return PresentImage(digest=manifest.digest, size=0)

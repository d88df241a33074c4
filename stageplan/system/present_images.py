"""Which images are in a registry, how big they are, and when they were made."""

import json
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from stageplan.plan.keyed.facts import Present
from stageplan.system.registry import Registry
from stageplan.system.registry_content import Manifest
from stageplan.system.transport import CONNECTIONS


def present_images(refs: Iterable[str]) -> dict[str, Present | None]:
    """What each ref names, or None where there is no such thing; one request each, side by side.

    Raises:
        UnreachableError: a registry does not answer, or refuses.
    """
    found = Registry().manifests(refs)
    return {ref: None if manifest is None else _image(manifest) for ref, manifest in found.items()}


def made_at(images: Mapping[str, tuple[Present, int]]) -> dict[str, datetime | None]:
    """When the oldest of the last layers of each image was made, by ref; one request each, side by side.

    None where an image does not say.

    Args:
        images: by ref, each with how many entries of its history count. The newest alone would tell of what
            a build did last, and not of what it took from its cache.

    Raises:
        UnreachableError: a registry does not answer, or refuses.
    """
    registry = Registry()

    def of(ref: str) -> datetime | None:
        image, count = images[ref]
        return None if image.config is None else _oldest(registry.blob(ref, image.config), count)

    with ThreadPoolExecutor(min(CONNECTIONS, len(images) or 1)) as pool:
        return dict(zip(images, pool.map(of, images), strict=True))


def _image(manifest: Manifest) -> Present:
    try:
        document = json.loads(manifest.body)
        size = sum(layer["size"] for layer in document.get("layers", ()))
        config = document.get("config", {}).get("digest")
        return Present(digest=manifest.digest, size=size, config=config)
    except (ValueError, LookupError, TypeError, AttributeError):
        return Present(digest=manifest.digest, size=0)


def _oldest(config: bytes, count: int) -> datetime | None:
    """When the oldest of the last entries of a history was made; of the whole image, where none counts."""
    try:
        document = json.loads(config)
        entries = document.get("history", ())[-count:] if count else ()
        return min(_time(entry["created"]) for entry in (*entries, document))
    except (ValueError, LookupError, TypeError, AttributeError):
        return None


def _time(text: str) -> datetime:
    time = datetime.fromisoformat(text)
    return time if time.tzinfo else time.replace(tzinfo=UTC)

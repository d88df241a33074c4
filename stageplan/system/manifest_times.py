"""When what a manifest names was made, as far as a clock was read for it."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

IMAGE_CONFIGS: Final = frozenset(
    {"application/vnd.oci.image.config.v1+json", "application/vnd.docker.container.image.v1+json"}
)
# BuildKit notes the time on each layer of a cache; the other is the one that people write themselves.
_ANNOTATIONS: Final = ("buildkit/createdat", "org.opencontainers.image.created")
_FRACTION = re.compile(r"\.\d*[1-9]")


def config_digest(document: Mapping[str, Any]) -> str | None:
    """The digest of the blob that tells when an image was made, or None where there is none to ask."""
    config = document.get("config") or {}
    return config.get("digest") if config.get("mediaType") in IMAGE_CONFIGS else None


def made(document: Mapping[str, Any], config: bytes | None) -> float | None:
    """Seconds since 1970 of the newest time in a manifest and its configuration; None: it holds none.

    A time of whole seconds does not count: clocks are read to the nanosecond, and what has no fraction was
    given, by SOURCE_DATE_EPOCH or as the year 1980, and may be far from when the image was pushed.
    """
    texts = (*_annotated(document), *(_configured(config) if config else ()))
    return max((time for text in texts if (time := _clock_time(text)) is not None), default=None)


def _annotated(document: Mapping[str, Any]) -> Iterator[object]:
    parts: Iterable[Any] = (document, *document.get("layers", ()), *document.get("manifests", ()))
    for part in parts:
        annotations = part.get("annotations") or {}
        yield from (annotations.get(name) for name in _ANNOTATIONS)


def _configured(config: bytes) -> Iterator[object]:
    try:
        document = json.loads(config)
    except ValueError:
        return
    if isinstance(document, dict):
        yield document.get("created")
        yield from (entry.get("created") for entry in document.get("history") or ())


def _clock_time(text: object) -> float | None:
    if not isinstance(text, str) or not _FRACTION.search(text):
        return None
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()

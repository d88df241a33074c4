"""Which layers a cache holds, in a registry or on disk."""

import json
from collections.abc import Iterable
from pathlib import Path

from stageplan.system.registry import Registry


def registry_layers(refs: Iterable[str]) -> dict[str, frozenset[str] | None]:
    """The digests of the layers of each ref, or None where it is not there.

    Raises:
        UnreachableError: the registry does not answer, or refuses.
    """
    found = Registry().manifests(refs)
    return {ref: None if manifest is None else _layers(manifest.body) for ref, manifest in found.items()}


def disk_layers(path: str) -> frozenset[str] | None:
    """The digests of the layers of a cache folder, none of an archive, None where nothing lies there."""
    folder = Path(path)
    if folder.is_file():
        return frozenset()
    try:
        (manifest,) = _parts((folder / "index.json").read_bytes())
        return _layers((folder / "blobs" / manifest["digest"].replace(":", "/")).read_bytes())
    except FileNotFoundError:
        return None
    except (ValueError, LookupError, TypeError):
        return frozenset()


def _layers(manifest: bytes) -> frozenset[str]:
    """All that the manifest names but for its config; nothing where it cannot be read."""
    try:
        return frozenset(part["digest"] for part in _parts(manifest) if "config" not in part["mediaType"])
    except (ValueError, LookupError, TypeError):
        return frozenset()


def _parts(document: bytes) -> list[dict[str, str]]:
    found = json.loads(document)
    return [*found.get("layers", ()), *found.get("manifests", ())]

"""Images of a few bytes in a registry, as old as a test wants them."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import cached_property

from stageplan.system.registry import Registry
from stageplan.system.registry_content import OCI_CONFIG, OCI_INDEX, OCI_MANIFEST, Manifest, digest_of

LAYER = "application/vnd.oci.image.layer.v1.tar"


class Pushed:
    """Pushes to one repository.

    Args:
        repository: with its registry.
    """

    def __init__(self, repository: str) -> None:
        self.repository = repository

    @cached_property
    def registry(self) -> Registry:
        """The client that pushes."""
        return Registry()

    def image(self, *tags: str, layers: Iterable[bytes], days: float = 50, subject: str | None = None) -> str:
        """The digest of an image that has these tags, and was made so many days ago."""
        made = datetime.now(UTC) - timedelta(days=days)
        layers = tuple(layers)
        config = {
            "created": made.replace(microsecond=123456).isoformat(),
            "comment": digest_of(b"".join(layers)),  # no two configurations are one blob
            "rootfs": {},
        }
        document = {
            "schemaVersion": 2,
            "mediaType": OCI_MANIFEST,
            "config": self._blob(OCI_CONFIG, json.dumps(config).encode()),
            "layers": [self._blob(LAYER, layer) for layer in layers],
        }
        if subject is not None:
            document["subject"] = {"mediaType": OCI_MANIFEST, "digest": subject, "size": 1}
        return self._manifest(OCI_MANIFEST, document, tags)

    def index(self, *tags: str, of: Iterable[str]) -> str:
        """The digest of an index of these images."""
        parts = [{"mediaType": OCI_MANIFEST, "digest": digest, "size": 1} for digest in of]
        document = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": parts}
        return self._manifest(OCI_INDEX, document, tags)

    def _blob(self, media_type: str, data: bytes) -> dict[str, object]:
        digest = self.registry.put_blob(self.repository, data)
        return {"mediaType": media_type, "digest": digest, "size": len(data)}

    def _manifest(self, media_type: str, document: dict[str, object], tags: Iterable[str]) -> str:
        manifest = Manifest(body=json.dumps(document).encode(), media_type=media_type)
        for tag in tags:
            self.registry.put_manifest(f"{self.repository}:{tag}", manifest)
        if not tags:
            self.registry.put_manifest(f"{self.repository}@{manifest.digest}", manifest)
        return manifest.digest

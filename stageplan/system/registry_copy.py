"""Copies an image or a cache from one repository to another, moving no byte that is there already."""

from stageplan.errors import UnreachableError
from stageplan.system.registry_content import Manifest, content_of
from stageplan.system.registry_session import Repository
from stageplan.system.registry_store import Store


def copy(store: Store, source: Repository, target: Repository, manifest: Manifest, name: str) -> None:
    """The target repository holds the manifest under the name, with all that it names.

    Args:
        store: does the single requests.
        source: where it is.
        target: where it shall be; on the same registry or on another.
        manifest: one of the source repository.
        name: a tag or the manifest's digest.
    """
    if source != target:
        content = content_of(manifest, source.host)
        for digest in content.manifests:
            if not store.digest(target, digest, action="pull,push"):
                copy(store, source, target, _needed(store, source, digest), digest)
        for digest, size in content.blobs:
            _copy_blob(store, source, target, digest, size)
    store.put_manifest(target, name, manifest)


def _copy_blob(store: Store, source: Repository, target: Repository, digest: str, size: int) -> None:
    """The target holds the blob: it did already, its registry took it over, or it came through here."""
    if store.has_blob(target, digest):
        return
    if source.host == target.host and store.mount(target, digest, source):
        return
    with store.blob_pieces(source, digest) as pieces:
        store.upload(target, digest, size, pieces)


def _needed(store: Store, source: Repository, digest: str) -> Manifest:
    manifest = store.manifest(source, digest)
    if manifest is None:
        raise UnreachableError(
            "registry-garbled",
            f"registry '{source.host}' holds an index in '{source}' without its manifest '{digest}'",
            hint="push the image again",
        )
    return manifest

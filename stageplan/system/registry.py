"""What stageplan asks of registries: whether refs exist, to read, write, copy and delete them."""

import json
import secrets
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, TypeVar

from stageplan.dockerfile.references import DEFAULT_TAG, InvalidReferenceError, parse_reference
from stageplan.errors import UnreachableError, UsageError
from stageplan.run.ports import OnMoved
from stageplan.system.credentials import DockerLogins
from stageplan.system.image_layout import ImageLayout
from stageplan.system.registry_auth import Authority, FindLogin
from stageplan.system.registry_content import OCI_CONFIG, OCI_MANIFEST, Manifest, digest_of
from stageplan.system.registry_copy import copy
from stageplan.system.registry_repack import repack
from stageplan.system.registry_session import Action, Repository, Session
from stageplan.system.registry_store import Store
from stageplan.system.transport import CONNECTIONS, Patience, Transport

_Answer = TypeVar("_Answer")


class Registry:
    """Every registry that refs name; threads may share one object.

    A ref is written as in `docker pull`; without tag and digest it means `latest`.

    Args:
        find_login: the login for a host; None for those of docker's configuration.
        patience: how long a registry is waited for.
        insecure: hosts that may have no valid certificate, or speak plain HTTP.
    """

    def __init__(
        self,
        *,
        find_login: FindLogin | None = None,
        patience: Patience | None = None,
        insecure: Collection[str] = (),
    ) -> None:
        transport = Transport(patience=patience, insecure=insecure)
        self._session = Session(transport, Authority(transport, find_login or DockerLogins().find))
        self._store = Store(self._session)

    def ping(self, host: str) -> None:
        """Nothing, where a registry answers at the host.

        Raises:
            UnreachableError: none does (`registry-unreachable`).
        """
        self._session.ping(host)

    def exists(self, ref: str) -> str | None:
        """The digest of what the ref names, or None where there is no such thing."""
        repository, name = locate(ref)
        return self._read(repository, lambda action: self._store.digest(repository, name, action=action))

    def exists_many(self, refs: Iterable[str]) -> dict[str, str | None]:
        """The digest of each ref, in the given order, or None where it is not there."""
        return _for_each(self.exists, refs)

    def manifest(self, ref: str) -> Manifest | None:
        """What the ref names, byte by byte, or None where there is no such thing."""
        repository, name = locate(ref)
        return self._read(repository, lambda action: self._store.manifest(repository, name, action=action))

    def manifests(self, refs: Iterable[str]) -> dict[str, Manifest | None]:
        """The manifest of each ref, in the given order, or None where it is not there."""
        return _for_each(self.manifest, refs)

    def put_manifest(self, ref: str, manifest: Manifest) -> str:
        """The digest of the manifest, which the ref now names; what it names must be there."""
        self._store.put_manifest(*locate(ref), manifest)
        return manifest.digest

    def blob(self, repository: str, digest: str) -> bytes:
        """All that a blob holds; for small ones."""
        return self._store.blob(locate(repository)[0], digest)

    def put_blob(self, repository: str, data: bytes) -> str:
        """The digest of the data, which the repository now holds as a blob."""
        place, digest = locate(repository)[0], digest_of(data)
        if not self._store.has_blob(place, digest):
            self._store.upload(place, digest, len(data), data)
        return digest

    def put_file(self, ref: str, data: bytes, media_type: str) -> None:
        """The ref names an image whose one layer is this file; as an image, it says when it was made."""
        digest = self.put_blob(ref, data)
        made = {
            "created": datetime.now(UTC).isoformat(),
            "architecture": "unknown",
            "os": "unknown",
            "rootfs": {"type": "layers", "diff_ids": [digest]},
        }
        config = json.dumps(made).encode("ascii")
        document = {
            "schemaVersion": 2,
            "mediaType": OCI_MANIFEST,
            "config": {"mediaType": OCI_CONFIG, "digest": self.put_blob(ref, config), "size": len(config)},
            "layers": [{"mediaType": media_type, "digest": digest, "size": len(data)}],
        }
        body = json.dumps(document).encode("ascii")
        self.put_manifest(ref, Manifest(body=body, media_type=OCI_MANIFEST))

    def file(self, ref: str, media_type: str) -> bytes | None:
        """The file that `put_file` left there, or None where there is none of that type."""
        manifest = self.manifest(ref)
        layers = json.loads(manifest.body).get("layers") or () if manifest else ()
        found = next((layer["digest"] for layer in layers if layer["mediaType"] == media_type), None)
        return self.blob(ref, found) if found else None

    def copy_tag(self, source: str, target: str) -> str:
        """The digest that both refs name now; within a registry no layer moves.

        Raises:
            UnreachableError: there is no such source (`no-such-ref`).
        """
        place, name = locate(source)
        repository, tag = locate(target)
        manifest = self._store.manifest(place, name)
        if manifest is None:
            raise UnreachableError(
                "no-such-ref", f"there is no '{source}' to copy", hint="push it first, or plan again"
            )
        copy(self._store, place, repository, manifest, tag)
        return manifest.digest

    def repack(
        self,
        source: str,
        manifest: Mapping[str, Any],
        target: str,
        *,
        layout: ImageLayout,
        on_moved: OnMoved,
    ) -> str | None:
        """The digest of the image, packed with zstd, that the target names now; None: it cannot be done here.

        Args:
            source: the repository that holds it.
            manifest: of the image.
            target: the ref that it gets.
            layout: gets the image, too.
            on_moved: gets the bytes that came in and that went out since the last call, from several threads.
        """
        repository, tag = locate(target)
        place = locate(source)[0]
        return repack(self._store, place, repository, manifest, tag, layout=layout, on_moved=on_moved)

    def delete_tag(self, ref: str) -> None:
        """The tag is gone, and no other; what it named stays for the registry's own clean-up.

        Many registries delete manifests alone, each with every tag that points at it. There, the tag is
        first given a manifest of its own; where that cannot be deleted, the tag gets back what it named.
        """
        repository, tag = locate(ref)
        manifest = self._store.manifest(repository, tag)
        if manifest is None or self._store.delete_tag(repository, tag):
            return
        dummy = self._new_dummy(ref)
        self._store.put_manifest(repository, tag, dummy)
        try:
            self._store.delete_manifest(repository, dummy.digest)
        except BaseException:
            self._store.put_manifest(repository, tag, manifest)
            raise

    def delete_digest(self, ref: str, *, tags: Collection[str] = ()) -> None:
        """What the ref names is gone, with every tag that names it too.

        Args:
            ref: which.
            tags: all that name it, for registries that let a manifest go only when no tag does any more.
        """
        repository, name = locate(ref)
        digest = name if ":" in name else self._store.digest(repository, name)
        if not digest:
            return
        try:
            self._store.delete_manifest(repository, digest)
        except UnreachableError as error:
            if error.rule != "registry-refused" or not tags:
                raise
            if not all(self._store.delete_tag(repository, tag) for tag in tags):
                raise
            self._store.delete_manifest(repository, digest)

    def tags(self, repository: str) -> tuple[str, ...]:
        """Every tag of the repository, sorted; none where there is no repository."""
        return tuple(sorted(self._store.tags(locate(repository)[0])))

    def refs(self, repository: str) -> tuple[str, ...]:
        """The ref of every tag of the repository, sorted; none where there is no repository."""
        return tuple(f"{repository}:{tag}" for tag in self.tags(repository))

    def referrers(self, repository: str, digest: str) -> tuple[str, ...] | None:
        """The digests of the manifests that have this one as subject; None where the registry cannot tell."""
        found = self._store.referrers(locate(repository)[0], digest)
        return None if found is None else tuple(found)

    def can_write(self, repository: str) -> bool:
        """Whether the registry lets us start an upload; nothing is stored.

        Raises:
            UnreachableError: it does not answer (`registry-unreachable`).
        """
        try:
            self._store.probe_upload(locate(repository)[0])
        except UnreachableError as error:
            if error.rule == "registry-unreachable":
                raise
            return False
        return True

    def _read(self, repository: Repository, ask: Callable[[Action], _Answer]) -> _Answer:
        """What the registry answers to who reads, or else to who writes.

        Some registries deny the reading of what is not there yet to who may well create it.
        """
        try:
            return ask("pull")
        except UnreachableError as error:
            if error.rule != "registry-denied" or not self._session.has_login(repository.host):
                raise
            with suppress(UnreachableError):
                return ask("pull,push")
            raise

    def _new_dummy(self, ref: str) -> Manifest:
        """A manifest that no other tag points at; its blob is there."""
        config = b"{}"
        digest = self.put_blob(ref, config)
        document = {
            "schemaVersion": 2,
            "mediaType": OCI_MANIFEST,
            "config": {"mediaType": OCI_CONFIG, "digest": digest, "size": len(config)},
            "layers": [],
            "annotations": {"stageplan.deletes": secrets.token_hex(16)},
        }
        return Manifest(body=json.dumps(document).encode("ascii"), media_type=OCI_MANIFEST)


def _for_each(ask: Callable[[str], _Answer], refs: Iterable[str]) -> dict[str, _Answer]:
    wanted = tuple(dict.fromkeys(refs))
    with ThreadPoolExecutor(min(CONNECTIONS, len(wanted) or 1)) as pool:
        return dict(zip(wanted, pool.map(ask, wanted), strict=True))


def locate(ref: str) -> tuple[Repository, str]:
    """The repository of a ref, and what it names there: a digest, a tag, or `latest`.

    Raises:
        UsageError: it is no ref (`bad-reference`).
    """
    try:
        reference = parse_reference(ref)
    except InvalidReferenceError as cause:
        raise UsageError(
            "bad-reference", f"'{ref}' is no image: {cause}", hint="write it as HOST/PATH:TAG"
        ) from cause
    repository = Repository(host=reference.domain, path=reference.path)
    return repository, reference.digest or reference.tag or DEFAULT_TAG

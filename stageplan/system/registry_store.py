"""The requests that registries understand, one function each, on one repository."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus

from stageplan.errors import UnreachableError
from stageplan.system.registry_content import ACCEPT, Manifest, check_digest
from stageplan.system.registry_session import Action, Repository, Session
from stageplan.system.transport import Body

_PAGE = 1000
_PIECE = 1 << 20
_OK = HTTPStatus.OK
_MISSING = HTTPStatus.NOT_FOUND
_NO_TAGS = (HTTPStatus.BAD_REQUEST, HTTPStatus.METHOD_NOT_ALLOWED, _MISSING)
_GONE = (HTTPStatus.ACCEPTED, HTTPStatus.OK, HTTPStatus.NO_CONTENT, HTTPStatus.NOT_FOUND)


class Store:
    """Reads and writes manifests, blobs and tags of repositories; threads may share it."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def digest(self, repository: Repository, name: str, *, action: Action = "pull") -> str | None:
        """The digest of a tag or digest, or None where there is no such manifest."""
        answer = self._session.request(
            "HEAD",
            repository,
            f"manifests/{name}",
            action=action,
            headers={"Accept": ACCEPT},
            expected=(_OK, _MISSING),
        )
        if answer.status == _MISSING:
            return None
        digest = answer.headers.get("Docker-Content-Digest")
        if digest:
            return digest
        manifest = self.manifest(repository, name)  # the header is optional
        return manifest.digest if manifest else None

    def manifest(self, repository: Repository, name: str, *, action: Action = "pull") -> Manifest | None:
        """The manifest of a tag or digest, or None where there is none."""
        answer = self._session.request(
            "GET",
            repository,
            f"manifests/{name}",
            action=action,
            headers={"Accept": ACCEPT},
            expected=(_OK, _MISSING),
        )
        if answer.status == _MISSING:
            return None
        body = check_digest(answer.data, name, repository.host)
        return Manifest(body=body, media_type=answer.headers.get("Content-Type", ""))

    def put_manifest(self, repository: Repository, name: str, manifest: Manifest) -> None:
        """The manifest is there under a tag or its digest."""
        self._session.request(
            "PUT",
            repository,
            f"manifests/{name}",
            action="pull,push",
            headers={"Content-Type": manifest.media_type},
            body=manifest.body,
            expected=(HTTPStatus.CREATED, HTTPStatus.ACCEPTED, _OK),
        )

    def delete_manifest(self, repository: Repository, digest: str) -> None:
        """No manifest has this digest, and no tag points at it."""
        self._session.request("DELETE", repository, f"manifests/{digest}", action="delete", expected=_GONE)

    def delete_tag(self, repository: Repository, tag: str) -> bool:
        """Whether the tag is gone by its name, which some registries know no way to do."""
        answer = self._session.request(
            "DELETE", repository, f"manifests/{tag}", action="delete", expected=(*_GONE, *_NO_TAGS)
        )
        return answer.status not in _NO_TAGS

    def referrers(self, repository: Repository, digest: str) -> list[str] | None:
        """The digests of what has this manifest as subject; None where the registry keeps no account."""
        found: list[str] = []
        place: str | None = f"referrers/{digest}"
        while place:
            answer = self._session.request("GET", repository, place, expected=(_OK, _MISSING))
            if answer.status == _MISSING:
                return None
            found += [part["digest"] for part in json.loads(answer.data).get("manifests") or ()]
            place = _next_page(answer.headers.get("Link", ""))
        return found

    def tags(self, repository: Repository) -> Iterator[str]:
        """Every tag, in the registry's order, page by page."""
        place: str | None = f"tags/list?n={_PAGE}"
        while place:
            answer = self._session.request("GET", repository, place, expected=(_OK, _MISSING))
            if answer.status == _MISSING:
                return
            yield from json.loads(answer.data).get("tags") or ()
            place = _next_page(answer.headers.get("Link", ""))

    def has_blob(self, repository: Repository, digest: str) -> bool:
        """Whether the repository itself holds a blob."""
        answer = self._session.request(
            "HEAD", repository, f"blobs/{digest}", action="pull,push", expected=(_OK, _MISSING)
        )
        return answer.status == _OK

    def blob(self, repository: Repository, digest: str) -> bytes:
        """All that a blob holds."""
        answer = self._session.request("GET", repository, f"blobs/{digest}")
        return check_digest(answer.data, digest, repository.host)

    @contextmanager
    def blob_pieces(self, repository: Repository, digest: str) -> Iterator[Iterable[bytes]]:
        """A blob piece by piece, for as long as the context lasts."""
        answer = self._session.request("GET", repository, f"blobs/{digest}", stream=True)
        try:
            yield answer.stream(_PIECE)
        finally:
            answer.close()

    def upload(self, repository: Repository, digest: str, size: int, body: Body) -> None:
        """The repository holds the blob."""
        self._finish_upload(repository, self._start_upload(repository), digest, size, body)

    def _finish_upload(self, repository: Repository, place: str, digest: str, size: int, body: Body) -> None:
        """What was sent, with this last part of it, is a blob."""
        self._session.request(
            "PUT",
            repository,
            f"{place}{'&' if '?' in place else '?'}digest={digest}",
            action="pull,push",
            headers={"Content-Type": "application/octet-stream", "Content-Length": str(size)},
            body=body,
            expected=(HTTPStatus.CREATED, HTTPStatus.ACCEPTED, HTTPStatus.NO_CONTENT),
        )

    def upload_unknown(
        self, repository: Repository, pieces: Iterable[bytes], digest: Callable[[], str]
    ) -> None:
        """The repository holds a blob whose size and digest show only when it is sent.

        Args:
            repository: which.
            pieces: of the blob.
            digest: asked when the last piece is sent.
        """
        place = self._start_upload(repository)
        try:
            answer = self._session.request(
                "PATCH",
                repository,
                place,
                action="pull,push",
                headers={"Content-Type": "application/octet-stream"},
                body=pieces,
                expected=(HTTPStatus.ACCEPTED, HTTPStatus.NO_CONTENT),
            )
        except BaseException:
            self._cancel(repository, place)
            raise
        self._finish_upload(repository, answer.headers.get("Location", place), digest(), 0, None)

    def mount(self, repository: Repository, digest: str, source: Repository) -> bool:
        """Whether the registry took the blob over from another of its repositories."""
        answer = self._session.request(
            "POST",
            repository,
            f"blobs/uploads/?mount={digest}&from={source.path}",
            action="pull,push",
            mounted=source,
            expected=(HTTPStatus.CREATED, HTTPStatus.ACCEPTED),
        )
        if answer.status == HTTPStatus.CREATED:
            return True
        self._cancel(repository, answer.headers.get("Location", ""))
        return False

    def probe_upload(self, repository: Repository) -> None:
        """An upload can be started; it is cancelled, and nothing is stored."""
        self._cancel(repository, self._start_upload(repository))

    def _start_upload(self, repository: Repository) -> str:
        """Where the registry wants the upload."""
        answer = self._session.request(
            "POST", repository, "blobs/uploads/", action="pull,push", expected=(HTTPStatus.ACCEPTED,)
        )
        return answer.headers.get("Location", "")

    def _cancel(self, repository: Repository, place: str) -> None:
        """The upload is forgotten; a registry that cannot do that forgets it by itself after some time."""
        with suppress(UnreachableError):
            self._session.request("DELETE", repository, place, action="pull,push", expected=_GONE)


def _next_page(link: str) -> str | None:
    """The place in a `Link: <…>; rel="next"` header, or None on the last page."""
    found = re.search(r'<([^>]*)>\s*;[^,]*rel="?next"?', link)
    return found[1] if found else None

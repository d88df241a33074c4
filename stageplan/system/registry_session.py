"""Requests to one repository of a registry, with the credentials it asks for."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal
from urllib.parse import urljoin

import urllib3

from stageplan.errors import UnreachableError
from stageplan.system.registry_auth import Authority
from stageplan.system.transport import Body, Transport

Action = Literal["pull", "pull,push", "delete"]
_VERBS: Mapping[str, str] = {"pull": "read", "pull,push": "write", "delete": "delete from"}
_NO_DELETES = "let the registry delete in its settings, or use the retention rules of its own"
_REFUSED: Mapping[int, str] = {
    HTTPStatus.METHOD_NOT_ALLOWED: "allow writes and deletes in the registry's settings",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "raise the limit of the registry or of the proxy before it",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """A repository by its registry's host and its path there."""

    host: str
    path: str

    def __str__(self) -> str:
        return f"{self.host}/{self.path}"


class Session:
    """Sends requests as the user that docker is logged in as; threads may share it.

    Args:
        transport: sends them.
        authority: knows who we are.
    """

    def __init__(self, transport: Transport, authority: Authority) -> None:
        self._transport = transport
        self._authority = authority

    def ping(self, host: str) -> None:
        """Nothing, where a registry answers at the host, be it to ask who is there.

        Raises:
            UnreachableError: none does (`registry-unreachable`).
        """
        answer = self._transport.send("GET", f"{self._transport.base(host)}/v2/")
        if answer.status not in {HTTPStatus.OK, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            raise UnreachableError(
                "registry-unreachable",
                f"registry '{host}' cannot be reached: it answered {answer.status} to a ping",
                hint="check that it is a registry of images",
            )

    def request(
        self,
        method: str,
        repository: Repository,
        place: str,
        *,
        action: Action = "pull",
        mounted: Repository | None = None,
        headers: Mapping[str, str] | None = None,
        body: Body = None,
        stream: bool = False,
        expected: Collection[int] = (HTTPStatus.OK,),
    ) -> urllib3.BaseHTTPResponse:
        """The answer, which has one of the expected statuses.

        Args:
            method: of HTTP.
            repository: which one.
            place: below the repository's URL, or a whole URL that the registry gave.
            action: what the user must be allowed to do.
            mounted: another repository that is read on the way.
            headers: further ones.
            body: what is sent.
            stream: leaves the content to be read; the caller closes the answer.
            expected: every other status is an error.

        Raises:
            UnreachableError: nobody answers (`registry-unreachable`), the user may not
                (`registry-denied`), or the registry says no (`registry-refused`).
        """
        base = f"{self._transport.base(repository.host)}/"
        url = urljoin(f"{base}v2/{repository.path}/", place)
        scopes = _scopes(repository, action, mounted)
        header = self._authority.header(repository.host, scopes) if url.startswith(base) else None
        answer = self._send(method, url, header, headers, body, stream=stream)
        if answer.status == HTTPStatus.UNAUTHORIZED and url.startswith(base):
            challenge = answer.headers.get("WWW-Authenticate", "")
            answer.close()
            header = self._authority.answer(repository.host, scopes, challenge, refused=header)
            if header:
                answer = self._send(method, url, header, headers, body, stream=stream)
        if answer.status in expected:
            return answer
        raise _said_no(answer, method, repository, action)

    def has_login(self, host: str) -> bool:
        """Whether docker holds a login for a host that asked for one."""
        return self._authority.has_login(host)

    def _send(
        self,
        method: str,
        url: str,
        header: str | None,
        headers: Mapping[str, str] | None,
        body: Body,
        *,
        stream: bool,
    ) -> urllib3.BaseHTTPResponse:
        credentials = {"Authorization": header} if header else {}
        return self._transport.send(
            method, url, headers={**(headers or {}), **credentials}, body=body, stream=stream
        )


def _scopes(repository: Repository, action: Action, mounted: Repository | None) -> tuple[str, ...]:
    """What a token must allow."""
    scope = f"repository:{repository.path}:{action}"
    return (scope, f"repository:{mounted.path}:pull") if mounted else (scope,)


def _said_no(
    answer: urllib3.BaseHTTPResponse, method: str, repository: Repository, action: Action
) -> UnreachableError:
    """The error for a status that means no, in the registry's words where it has any."""
    words = _registry_words(answer)
    answer.close()
    if answer.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return UnreachableError(
            "registry-denied",
            f"registry '{repository.host}' does not let you {_VERBS[action]} '{repository}'{words}",
            hint=f"log in with `docker login {repository.host}`, as somebody who may",
        )
    return UnreachableError(
        "registry-refused",
        f"registry '{repository.host}' answered {answer.status} to {method} in '{repository}'{words}",
        hint=_NO_DELETES
        if action == "delete" and answer.status == HTTPStatus.METHOD_NOT_ALLOWED
        else _REFUSED.get(answer.status, "look into the registry's log"),
    )


def _registry_words(answer: urllib3.BaseHTTPResponse) -> str:
    """`: ` and the first error that an answer tells, or nothing."""
    try:
        errors = json.loads(answer.data)["errors"]
        words = errors[0].get("message") or errors[0]["code"]
    except (ValueError, LookupError, TypeError, AttributeError):
        return ""
    return f": {words}"

"""Answers a registry that asks who is there: Basic, or Bearer with a token from the server it names."""

import base64
import json
import re
from collections.abc import Callable, Iterable
from http import HTTPStatus
from threading import Lock
from urllib.parse import urlencode

from stageplan.system.credentials import Credentials
from stageplan.system.transport import Transport

_PARAMETER = re.compile(r'(\w+)=(?:"([^"]*)"|([^\s,]+))')
_CLIENT = "stageplan"

FindLogin = Callable[[str], Credentials | None]


class Authority:
    """Gives the Authorization headers for registries and remembers them; threads may share it.

    Args:
        transport: reaches the servers that give tokens.
        find_login: the login for a host; asked once a host, and only when the host asks.
    """

    def __init__(self, transport: Transport, find_login: FindLogin) -> None:
        self._transport = transport
        self._find_login = find_login
        self._lock = Lock()
        self._logins: dict[str, Credentials | None] = {}
        self._headers: dict[tuple[str, tuple[str, ...]], str] = {}

    def header(self, host: str, scopes: tuple[str, ...]) -> str | None:
        """What worked for this host and these scopes before, or None."""
        return self._headers.get((host, scopes))

    def has_login(self, host: str) -> bool:
        """Whether docker holds a login for a host that asked for one."""
        return bool(self._logins.get(host))

    def answer(
        self, host: str, scopes: tuple[str, ...], challenge: str, *, refused: str | None
    ) -> str | None:
        """A header for the challenge; None where there is no login to answer it with.

        Args:
            host: the registry that asks.
            scopes: what is wanted, `repository:NAME:ACTIONS` each.
            challenge: the WWW-Authenticate header.
            refused: the header that was not enough; None where none was sent.
        """
        with self._lock:  # one thread asks, the others find its answer
            known = self._headers.get((host, scopes))
            if known and known != refused:
                return known
            if host not in self._logins:
                self._logins[host] = self._find_login(host)
            header = self._new_header(self._logins[host], scopes, challenge)
            if header:
                self._headers[host, scopes] = header
            return header

    def _new_header(self, login: Credentials | None, scopes: tuple[str, ...], challenge: str) -> str | None:
        scheme, _, rest = challenge.strip().partition(" ")
        if scheme.lower() == "basic":
            return _basic(login) if login and login.password else None
        if scheme.lower() != "bearer":
            return None
        parameters = {name.lower(): quoted or bare for name, quoted, bare in _PARAMETER.findall(rest)}
        wanted = dict.fromkeys((*scopes, *map(_sorted_actions, parameters.get("scope", "").split())))
        token = self._token(login, parameters.get("realm", ""), parameters.get("service", ""), wanted)
        return f"Bearer {token}" if token else None

    def _token(
        self, login: Credentials | None, realm: str, service: str, scopes: Iterable[str]
    ) -> str | None:
        """What the realm gives for the scopes; with an identity token by OAuth, else by a plain GET."""
        if login and login.identity_token:
            form = {
                "grant_type": "refresh_token",
                "refresh_token": login.identity_token,
                "service": service,
                "client_id": _CLIENT,
                "scope": " ".join(scopes),
            }
            answer = self._transport.send(
                "POST",
                realm,
                headers={"Content-Type": "application/x-www-form-urlencoded"},
                body=urlencode(form).encode("ascii"),
            )
        else:
            query = [("service", service), *(("scope", scope) for scope in scopes)]
            url = f"{realm}{'&' if '?' in realm else '?'}{urlencode(query)}"
            answer = self._transport.send(
                "GET", url, headers={"Authorization": _basic(login)} if login else {}
            )
        return _token_in(answer.data) if answer.status == HTTPStatus.OK else None


def _basic(login: Credentials) -> str:
    pair = f"{login.username}:{login.password}".encode()
    return f"Basic {base64.b64encode(pair).decode('ascii')}"


def _token_in(body: bytes) -> str | None:
    """The token of an answer, under either of its two names."""
    try:
        answer = json.loads(body)
    except ValueError:
        return None
    token = (answer.get("token") or answer.get("access_token")) if isinstance(answer, dict) else None
    return token if isinstance(token, str) else None


def _sorted_actions(scope: str) -> str:
    """The scope as we write it; registries name its actions in any order."""
    resource, colon, actions = scope.rpartition(":")
    return f"{resource}{colon}{','.join(sorted(actions.split(',')))}"

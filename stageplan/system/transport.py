"""HTTP to registries: schemes, proxies, certificates, retries; what fails in the end is one error."""

import ipaddress
import ssl
import urllib.request
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import urllib3
from urllib3.connectionpool import ConnectionPool
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    InsecureRequestWarning,
    MaxRetryError,
    NameResolutionError,
    NewConnectionError,
    ProtocolError,
    ProxyError,
    ReadTimeoutError,
    SSLError,
)

from stageplan.errors import UnreachableError

# Docker Hub is known by one name and served by another.
HUB = "docker.io"
_HUB_SERVER = f"registry-1.{HUB}"

_CERTIFICATES = Path("/etc/docker/certs.d")

# How many requests a host gets at once.
CONNECTIONS = 16
_BUSY = (
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.INTERNAL_SERVER_ERROR,
    HTTPStatus.BAD_GATEWAY,
    HTTPStatus.SERVICE_UNAVAILABLE,
    HTTPStatus.GATEWAY_TIMEOUT,
)

Body = bytes | Iterable[bytes] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a registry is waited for.

    Attributes:
        tries: how often a refused connection, a lost one or a busy answer is tried in all.
        backoff: seconds before the second try; doubled for each further one.
        connect: seconds for one connection.
        read: seconds between two pieces of an answer; silence is not tried again.
    """

    tries: int = 3
    backoff: float = 0.25
    connect: float = 1.1
    read: float = 15.0


class _Retry(urllib3.Retry):
    """Tries again, save where the registry took the request and then fell silent."""

    def increment(
        self,
        method: str | None = None,
        url: str | None = None,
        response: urllib3.BaseHTTPResponse | None = None,
        error: Exception | None = None,
        _pool: ConnectionPool | None = None,
        _stacktrace: TracebackType | None = None,
    ) -> Self:
        """What is left to try; no more after silence."""
        if isinstance(error, ReadTimeoutError):
            raise error
        return super().increment(method, url, response, error, _pool, _stacktrace)


class Transport:
    """Sends requests to registries, with connections kept open; several threads may share it.

    Args:
        patience: how long a registry is waited for.
        insecure: hosts that may have no valid certificate, or speak plain HTTP.
        certificates: a folder with a folder a host, whose `*.crt` are trusted for it.
    """

    def __init__(
        self,
        *,
        patience: Patience | None = None,
        insecure: Collection[str] = (),
        certificates: Path = _CERTIFICATES,
    ) -> None:
        self._patience = patience or Patience()
        self._insecure = frozenset(insecure)
        self._certificates = certificates
        self._lock = Lock()
        self._pools: dict[str, urllib3.PoolManager] = {}
        self._plain: dict[str, bool] = {}

    def base(self, host: str) -> str:
        """Scheme and server of a host, as URLs begin."""
        server = _HUB_SERVER if host == HUB else host
        return f"{'http' if self._is_plain(host) else 'https'}://{server}"

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: Body = None,
        stream: bool = False,
    ) -> urllib3.BaseHTTPResponse:
        """The answer, whatever its status; a redirect is followed, without credentials to a new host.

        Args:
            method: of HTTP.
            url: the whole one.
            headers: further ones.
            body: what is sent; pieces that can be read only once are not sent again.
            stream: leaves the content to be read; the caller closes the answer.

        Raises:
            UnreachableError: nobody answers, or only to say that he is busy (`registry-unreachable`).
        """
        host = urlsplit(url).netloc
        try:
            answer = self._pool(host).request(
                method,
                url,
                headers=dict(headers or {}),
                body=body,
                preload_content=not stream,
                retries=self._retry(again=not isinstance(body, Iterable) or isinstance(body, bytes)),
            )
        except HTTPError as cause:
            raise _unreachable(host, _words(cause)) from cause
        if answer.status in _BUSY:
            answer.close()
            raise _unreachable(host, f"it answered {answer.status} {HTTPStatus(answer.status).phrase}")
        return answer

    def _retry(self, *, again: bool) -> urllib3.Retry:
        """How often to try; a body that was read is gone, and cannot be sent again."""
        tries = self._patience.tries - 1 if again else 0
        return _Retry(
            total=tries + 5,
            connect=tries,
            read=tries,
            other=tries,
            redirect=5,
            status=tries,
            status_forcelist=_BUSY,
            allowed_methods=None,
            backoff_factor=self._patience.backoff,
            raise_on_status=False,
            respect_retry_after_header=False,
        )

    def _pool(self, host: str) -> urllib3.PoolManager:
        """The connections to one host."""
        with self._lock:
            if host not in self._pools:
                self._pools[host] = self._new_pool(host)
            return self._pools[host]

    def _new_pool(self, host: str) -> urllib3.PoolManager:
        context = ssl.create_default_context()
        for certificate in sorted((self._certificates / host).glob("*.crt")):
            context.load_verify_locations(certificate)
        if host in self._insecure:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            urllib3.disable_warnings(InsecureRequestWarning)  # who named the host knows
        timeout = urllib3.Timeout(connect=self._patience.connect, read=self._patience.read)
        proxy = _proxy(host)
        if proxy:
            return urllib3.ProxyManager(
                proxy, maxsize=CONNECTIONS, block=True, timeout=timeout, ssl_context=context
            )
        return urllib3.PoolManager(maxsize=CONNECTIONS, block=True, timeout=timeout, ssl_context=context)

    def _is_plain(self, host: str) -> bool:
        """Whether a host speaks plain HTTP: this machine does, an insecure one if it has no TLS."""
        if host not in self._insecure:
            return _is_this_machine(host)
        with self._lock:
            known = self._plain.get(host)
        if known is None:
            known = self._has_no_tls(host)
            with self._lock:
                self._plain[host] = known
        return known

    def _has_no_tls(self, host: str) -> bool:
        """Whether an insecure host answers a TLS greeting with something else."""
        retry = self._retry(again=True).new(other=0)
        try:
            self._pool(host).request("GET", f"https://{host}/v2/", retries=retry)
        except MaxRetryError as cause:
            if isinstance(cause.reason, SSLError):
                return True
            raise _unreachable(host, _words(cause)) from cause
        except HTTPError as cause:
            raise _unreachable(host, _words(cause)) from cause
        return False


def _is_this_machine(host: str) -> bool:
    """Whether a host is `localhost` or a loopback address, which docker never asks for TLS."""
    name = urlsplit(f"//{host}").hostname or ""
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"


def _proxy(host: str) -> str | None:
    """The proxy that the environment names for a host, or None."""
    if _is_this_machine(host) or urllib.request.proxy_bypass(host):
        return None
    return urllib.request.getproxies().get("https")


def _unreachable(host: str, cause: str) -> UnreachableError:
    return UnreachableError(
        "registry-unreachable",
        f"registry '{host}' cannot be reached: {cause}",
        hint="check its name and the network, and that it runs",
    )


def _words(cause: BaseException) -> str:
    """What went wrong on the way, in few words."""
    match cause:
        case MaxRetryError(reason=Exception() as reason):
            return _words(reason)
        case ProxyError(original_error=Exception() as inner):
            return f"the proxy does not answer: {_words(inner)}"
        case NameResolutionError():
            return "nobody knows this name"
        # before its base class, the timeout
        case NewConnectionError(__cause__=OSError(strerror=str() as words)):
            return words.lower()
        case ConnectTimeoutError() | ReadTimeoutError():
            return "no answer in time"
        case SSLError():
            return f"TLS failed: {cause}"
        case ProtocolError():
            return "the connection was lost"
        case _:
            return str(cause.__cause__ or cause).lower()

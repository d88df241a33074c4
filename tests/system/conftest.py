"""A registry that takes tokens alone, with the server that gives them."""

import base64
import json
import secrets
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

SERVICE = "registry"
ISSUER = "tokens"


@dataclass(slots=True, kw_only=True)
class TokenRegistry:
    """A real registry and a token server of the strict kind.

    Attributes:
        host: of the registry.
        password: of the user `ann`, who may do everything.
        refresh_token: the identity token of the same user.
        new: repositories that do not exist yet: only who may push to them may read them.
        asked: the scopes of each request for a token.
    """

    host: str
    password: str
    refresh_token: str
    new: set[str] = field(default_factory=set)
    asked: list[tuple[str, ...]] = field(default_factory=list)


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _token(folder: Path, access: list[dict[str, object]]) -> str:
    """A signed token, as the registry's `token` authentication wants it."""
    der = subprocess.run(
        ["openssl", "x509", "-in", "cert.pem", "-outform", "DER"], cwd=folder, capture_output=True, check=True
    ).stdout
    header = {"typ": "JWT", "alg": "RS256", "x5c": [base64.b64encode(der).decode("ascii")]}
    now = int(time.time())
    claims = {
        "iss": ISSUER,
        "aud": SERVICE,
        "sub": "",
        "iat": now,
        "nbf": now - 60,
        "exp": now + 60,
        "jti": str(now),
        "access": access,
    }
    text = ".".join(_base64url(json.dumps(part).encode()) for part in (header, claims))
    signature = subprocess.run(
        ["openssl", "dgst", "-sha256", "-sign", "key.pem"],
        cwd=folder,
        input=text.encode(),
        capture_output=True,
        check=True,
    ).stdout
    return f"{text}.{_base64url(signature)}"


class _TokenServer(ThreadingHTTPServer):
    def __init__(self, folder: Path, registry: TokenRegistry) -> None:
        super().__init__(("127.0.0.1", 0), _TokenHandler)
        self.folder = folder
        self.registry = registry


class _TokenHandler(BaseHTTPRequestHandler):
    server: _TokenServer

    def do_GET(self) -> None:
        registry = self.server.registry
        pair = base64.b64encode(f"ann:{registry.password}".encode()).decode("ascii")
        self._give(
            parse_qs(urlsplit(self.path).query), known=self.headers.get("Authorization") == f"Basic {pair}"
        )

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        form["scope"] = form["scope"][0].split(" ")
        self._give(form, known=form["refresh_token"] == [self.server.registry.refresh_token])

    def _give(self, query: Mapping[str, list[str]], *, known: bool) -> None:
        scopes = tuple(query.get("scope", ()))
        self.server.registry.asked.append(scopes)
        granted: list[dict[str, object]] = []
        for scope in scopes if known else ():
            kind, name, actions = scope.split(":")
            if name in self.server.registry.new and actions == "pull":
                continue
            granted.append({"type": kind, "name": name, "actions": actions.split(",")})
        body = json.dumps({"access_token": _token(self.server.folder, granted)}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing: a test's output is its own."""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def _serving(server: _TokenServer) -> Iterator[str]:
    """The URL of the server while it runs."""
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/token"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def token_registry(lab_ready: None, tmp_path: Path) -> Iterator[TokenRegistry]:  # noqa: ARG001 - it skips where no registry can run
    """A registry on loopback that answers nobody without a token."""
    words = "req -x509 -newkey rsa:2048 -nodes -subj /CN=tokens -days 2 -keyout key.pem -out cert.pem"
    subprocess.run(["openssl", *words.split()], cwd=tmp_path, capture_output=True, check=True)
    host = f"127.0.0.1:{_free_port()}"
    registry = TokenRegistry(host=host, password=secrets.token_hex(8), refresh_token=secrets.token_hex(8))
    with _serving(_TokenServer(tmp_path, registry)) as realm:
        token = {
            "realm": realm,
            "service": SERVICE,
            "issuer": ISSUER,
            "rootcertbundle": str(tmp_path / "cert.pem"),
        }
        settings = {
            "version": "0.1",
            "storage": {
                "filesystem": {"rootdirectory": str(tmp_path / "storage")},
                "delete": {"enabled": True},
            },
            "http": {"addr": registry.host},
            "auth": {"token": token},
        }
        (tmp_path / "registry.json").write_text(json.dumps(settings))
        process = subprocess.Popen(
            ["docker-registry", "serve", "registry.json"],
            cwd=tmp_path,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _wait_for(registry.host)
            yield registry
        finally:
            process.kill()
            process.wait()


def _wait_for(host: str) -> None:
    """Somebody listens at the address."""
    name, _, port = host.partition(":")
    for _ in range(500):
        try:
            socket.create_connection((name, int(port))).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise TimeoutError(host)

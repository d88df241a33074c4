import ssl
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from stageplan.errors import UnreachableError
from stageplan.system.transport import Patience, Transport


class _Handler(BaseHTTPRequestHandler):
    """Tells what it was asked, and with which credentials; `/to/HOST` sends the client to another host."""

    def do_GET(self) -> None:
        if self.path.startswith("/to/"):
            self.send_response(307)
            self.send_header("Location", f"http://{self.path.removeprefix('/to/')}/there")
            body = b""
        else:
            self.send_response(200)
            body = f"{self.path} {self.headers.get('Authorization')}".encode()
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing: a test's output is its own."""


def _serve(context: ssl.SSLContext | None = None) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate that nobody signed, with its key beside it."""
    words = "req -x509 -newkey rsa:2048 -nodes -subj /CN=lab -days 2 -addext subjectAltName=IP:127.0.0.1"
    files = ["-keyout", "key.pem", "-out", "cert.pem"]
    subprocess.run(["openssl", *words.split(), *files], cwd=tmp_path, capture_output=True, check=True)
    return tmp_path / "cert.pem"


@pytest.fixture
def tls_host(certificate: Path) -> Iterator[str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_name("key.pem"))
    yield from _serve(context)


@pytest.fixture
def plain_host() -> Iterator[str]:
    yield from _serve()


@pytest.fixture
def other_host() -> Iterator[str]:
    yield from _serve()


@pytest.mark.parametrize(
    ("host", "base"),
    [
        pytest.param("docker.io", "https://registry-1.docker.io", id="Docker Hub"),
        pytest.param("registry.example.org:5000", "https://registry.example.org:5000", id="elsewhere"),
        pytest.param("localhost:5000", "http://localhost:5000", id="localhost"),
        pytest.param("127.1.2.3", "http://127.1.2.3", id="loopback"),
        pytest.param("[::1]:5000", "http://[::1]:5000", id="loopback, version 6"),
        pytest.param("localhost.example.org", "https://localhost.example.org", id="a name that begins alike"),
    ],
)
def test_this_machine_alone_is_asked_without_tls(host: str, base: str) -> None:
    assert Transport().base(host) == base


def test_a_certificate_that_docker_trusts_is_trusted(
    tls_host: str, certificate: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "certs.d" / tls_host
    folder.mkdir(parents=True)
    (folder / "ca.crt").write_bytes(certificate.read_bytes())
    trusting = Transport(certificates=tmp_path / "certs.d")
    assert trusting.send("GET", f"https://{tls_host}/v2/").data == b"/v2/ None"
    with pytest.raises(UnreachableError, match=r"cannot be reached: TLS failed: .*self-signed certificate"):
        Transport(patience=Patience(tries=1)).send("GET", f"https://{tls_host}/v2/")


def test_an_insecure_host_is_asked_with_tls_where_it_has_it(tls_host: str, plain_host: str) -> None:
    transport = Transport(insecure={tls_host, plain_host}, patience=Patience(backoff=0.01))
    assert transport.base(tls_host) == f"https://{tls_host}"
    assert transport.base(plain_host) == f"http://{plain_host}"


def test_an_insecure_host_that_is_down_is_out_of_reach() -> None:
    transport = Transport(insecure={"127.0.0.1:1"}, patience=Patience(tries=1))
    with pytest.raises(UnreachableError, match=r"'127.0.0.1:1' cannot be reached: connection refused"):
        transport.base("127.0.0.1:1")


def test_credentials_do_not_follow_to_another_host(plain_host: str, other_host: str) -> None:
    headers = {"Authorization": "Basic x"}
    answer = Transport().send("GET", f"http://{plain_host}/to/{other_host}", headers=headers)
    assert answer.data == b"/there None"
    same = Transport().send("GET", f"http://{plain_host}/to/{plain_host}", headers=headers)
    assert same.data == b"/there Basic x"


def test_a_proxy_of_the_environment_is_used_save_for_this_machine(
    plain_host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "direct.invalid")
    monkeypatch.setenv("no_proxy", "direct.invalid")
    transport = Transport(patience=Patience(tries=1))
    assert transport.send("GET", f"http://{plain_host}/v2/").status == 200
    with pytest.raises(UnreachableError) as proxied:
        transport.send("GET", "https://registry.invalid/v2/")
    with pytest.raises(UnreachableError) as direct:
        transport.send("GET", "https://direct.invalid/v2/")
    assert proxied.value.message == (
        "registry 'registry.invalid' cannot be reached: the proxy does not answer: connection refused"
    )
    assert direct.value.message == "registry 'direct.invalid' cannot be reached: nobody knows this name"

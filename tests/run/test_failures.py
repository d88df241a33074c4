import pytest

from stageplan.run.failures import passes


@pytest.mark.parametrize(
    "cause",
    [
        "dial tcp 127.0.0.1:5000: connect: connection refused",
        "read tcp 10.0.0.2:41000->10.0.0.3:443: read: connection reset by peer",
        "net/http: TLS handshake timeout",
        "dial tcp: lookup registry.example.com: Temporary failure in name resolution",
        "unexpected status from HEAD request to http://r/v2/app/blobs/sha256:1: 503 Service Unavailable",
        "received unexpected HTTP status: 500 Internal Server Error",
        "unexpected status code 502",
        "toomanyrequests: 429 Too Many Requests",
        "failed to copy: httpReadSeeker: failed open: unexpected EOF",
    ],
)
def test_an_outage_passes(cause: str) -> None:
    assert passes(cause)


@pytest.mark.parametrize(
    "cause",
    [
        "",
        "docker.io/library/app:1: not found",
        "pull access denied, repository does not exist or may require authorization",
        'process "/bin/sh -c curl x # connection refused" did not complete successfully: exit code: 7',
        'failed to compute cache key: "/src500": not found',
        "unexpected status code 401 Unauthorized",
    ],
)
def test_a_fault_stays(cause: str) -> None:
    assert not passes(cause)

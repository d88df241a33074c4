"""Ports and signals that an image can name, and addresses that ADD can fetch."""

import pytest

from stageplan.stages.ports import PortError, check_port
from stageplan.stages.remote_sources import remote_kind
from stageplan.stages.signals import is_signal


@pytest.mark.parametrize(
    "text",
    [
        "80",
        "80/tcp",
        "80/UDP",
        "8000-8010",
        "80-80",
        "1:80",
        "1-3:80-82",
        "1-9:80",
        "127.0.0.1:1:80",
        "[::1]:1:80",
        "0",
    ],
)
def test_ports(text: str) -> None:
    check_port(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("", 'invalid port: "": no port specified', id="nothing"),
        pytest.param("/tcp", 'invalid port: "/tcp": no port specified', id="a protocol alone"),
        pytest.param("80/icmp", 'invalid port: "80/icmp": invalid proto: icmp', id="another protocol"),
        pytest.param("a", "invalid containerPort: a", id="a word"),
        pytest.param("65536", "invalid containerPort: 65536", id="too large"),
        pytest.param("9" * 5000, f"invalid containerPort: {'9' * 5000}", id="far too large"),
        pytest.param("9-8", "invalid containerPort: 9-8", id="backwards"),
        pytest.param("a:80", "invalid hostPort: a", id="a host port that is a word"),
        pytest.param("x:1:80", "invalid IP address: x", id="no address"),
        pytest.param(
            "1-2:80-90",
            "invalid ranges specified for container and host Ports: 80-90 and 1-2",
            id="unequal ranges",
        ),
    ],
)
def test_no_ports(text: str, message: str) -> None:
    with pytest.raises(PortError) as caught:
        check_port(text)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("TERM", True),
        ("sigterm", True),
        ("9", True),
        ("99", True),
        ("RTMIN+15", True),
        ("0", False),
        ("", False),
        ("NOPE", False),
    ],
)
def test_signals(text: str, known: bool) -> None:
    assert is_signal(text) is known


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("https://h/x", "http"),
        ("http://h/x.git.gz", "http"),
        ("https://h/x.git", "git"),
        ("https://h/x.git#main:dir", "git"),
        ("HTTPS://h/x", None),
        ("git://h/x", "git"),
        ("ssh://h/x", "git"),
        ("git@h:x", "git"),
        ("h:x", None),
        ("github.com/a/b", None),
        ("./git@h:x", None),
        ("ftp://h/x", None),
        ("https://[/x.git", "http"),
        ("a/b", None),
    ],
)
def test_remote_sources(source: str, kind: str | None) -> None:
    assert remote_kind(source) == kind

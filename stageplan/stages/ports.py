"""Ports as EXPOSE takes them."""

import re
from ipaddress import ip_address

from stageplan.dockerfile.quoting import quoted

_NUMBER = re.compile(r"[+-]?[0-9]{1,40}")
_LAST_PORT = 65535
_PROTOCOLS = ("", "tcp", "udp", "sctp")


class PortError(ValueError):
    """A text that is no port; the text is the builder's."""


def check_port(text: str) -> None:
    """Refuses what is not `[[address:]host-port:]port[-port][/protocol]`.

    Raises:
        PortError: the text is something else.
    """
    *rest, container = text.split(":")
    host = rest.pop() if rest else ""
    address = ":".join(rest)
    ports, _, protocol = container.partition("/")
    if not ports:
        raise PortError(f"invalid port: {quoted(text)}: no port specified")
    if protocol.lower() not in _PROTOCOLS:
        raise PortError(f"invalid port: {quoted(text)}: invalid proto: {protocol}")
    if address and not _is_address(address.removeprefix("[").removesuffix("]")):
        raise PortError(f"invalid IP address: {address}")
    size = _size_of_range(ports)
    if size is None:
        raise PortError(f"invalid containerPort: {ports}")
    if host:
        host_size = _size_of_range(host)
        if host_size is None:
            raise PortError(f"invalid hostPort: {host}")
        if host_size != size != 1:
            message = f"invalid ranges specified for container and host Ports: {ports} and {host}"
            raise PortError(message)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _size_of_range(text: str) -> int | None:
    """How many ports `8000` or `8000-8010` are; None where it is neither."""
    first, dash, last = text.partition("-")
    start = _port(first)
    end = start if not dash or first == last else _port(last)
    if start is None or end is None or end < start:
        return None
    return end - start + 1


def _port(text: str) -> int | None:
    if not _NUMBER.fullmatch(text):
        return None
    number = int(text)
    return number if 0 <= number <= _LAST_PORT else None

"""Bridges and a registry's throttled wire, named so that many can live on one machine at once."""

import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from lab.packages import SYSTEM_PATH, LabUnavailableError

MOST = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class Bridge:
    """A bridge for one engine's containers, with no way out of the machine."""

    name: str

    @property
    def removal(self) -> str:
        """Shell text that removes it."""
        return f"ip link delete {self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """A network namespace behind a pair of virtual interfaces with a limited rate.

    Attributes:
        name: of the namespace, and of the interface on our side.
        address: where a server in the namespace is reached; on loopback, so that no client asks it for TLS.
    """

    name: str
    address: str

    @property
    def removal(self) -> str:
        """Shell text that removes the namespace, and with it both interfaces."""
        return f"ip netns delete {self.name}"

    @property
    def bytes_down(self) -> int:
        """What has come out of the namespace, frame headers included."""
        return self._counter("rx_bytes")

    @property
    def bytes_up(self) -> int:
        """What has gone into the namespace, frame headers included."""
        return self._counter("tx_bytes")

    def _counter(self, name: str) -> int:
        return int(Path(f"/sys/class/net/{self.name}/statistics/{name}").read_text(encoding="ascii"))


def bridge() -> Bridge:
    """A new bridge with a subnet that no other lab bridge has, up."""
    for number in _free_numbers():
        name = f"sp-bridge{number}"
        if _taken(["ip", "link", "add", name, "type", "bridge"]):
            continue
        _run(["ip", "address", "add", f"10.213.{number}.1/24", "dev", name])
        _run(["ip", "link", "set", name, "up"])
        return Bridge(name=name)
    raise LabUnavailableError(f"all {MOST} bridges are in use")


def wire(megabits: int) -> Wire:
    """A new namespace whose interfaces let through that many Mbit/s each way."""
    for number in _free_numbers():
        name = f"sp-wire{number}"
        if _taken(["ip", "netns", "add", name]):
            continue
        inside = ["ip", "netns", "exec", name]
        ours, theirs, address = f"10.214.{number}.1", f"10.214.{number}.2", f"127.214.{number}.2"
        _run(["ip", "link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", name])
        _run(["ip", "address", "add", f"{ours}/24", "dev", name])
        _run(["ip", "link", "set", name, "up"])
        _run([*inside, "ip", "address", "add", f"{theirs}/24", "dev", "eth0"])
        _run([*inside, "ip", "link", "set", "eth0", "up"])
        _run([*inside, "ip", "link", "set", "lo", "up"])
        _run([*inside, "ip", "address", "add", f"{address}/32", "dev", "lo"])
        _let_loopback_through(name)
        _let_loopback_through("eth0", inside)
        way = ["via", theirs, "dev", name, "src", ours]
        _run(["ip", "route", "add", "table", "local", "unicast", f"{address}/32", *way])
        limit = ["root", "tbf", "rate", f"{megabits}mbit", "burst", "256kb", "latency", "100ms"]
        _run(["tc", "qdisc", "add", "dev", name, *limit])
        _run([*inside, "tc", "qdisc", "add", "dev", "eth0", *limit])
        return Wire(name=name, address=address)
    raise LabUnavailableError(f"all {MOST} wires are in use")


def _let_loopback_through(interface: str, inside: Sequence[str] = ()) -> None:
    """Packets to and from 127.0.0.0/8 may pass this interface; elsewhere the kernel drops them."""
    setting = f"/proc/sys/net/ipv4/conf/{interface}/route_localnet"
    _run([*inside, "sh", "-c", f"echo 1 > {setting}"])


def _free_numbers() -> Iterator[int]:
    """Numbers to try: making the interface of that name is what takes one."""
    yield from range(1, MOST + 1)


def _taken(words: list[str]) -> bool:
    """Runs a command that makes a name; whether another lab has that name already."""
    result = _result(words)
    if result.returncode and "exists" in result.stderr:
        return True
    _check(words, result)
    return False


def _run(words: list[str]) -> None:
    _check(words, _result(words))


def _check(words: list[str], result: subprocess.CompletedProcess[str]) -> None:
    if result.returncode:
        raise LabUnavailableError(f"'{' '.join(words)}' failed: {result.stderr.strip()}")


def _result(words: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, capture_output=True, text=True, check=False, env={"PATH": SYSTEM_PATH})

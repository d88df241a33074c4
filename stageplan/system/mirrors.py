"""What stands in for Docker Hub."""

from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from stageplan.dockerfile.references import DEFAULT_DOMAIN
from stageplan.system.registry import Registry


class Mirrors:
    """Registries that the engine asks before Docker Hub.

    Args:
        urls: `http://HOST:PORT`, in the order in which they are asked.
    """

    def __init__(self, urls: Iterable[str] = ()) -> None:
        addresses = [urlsplit(url) for url in urls]
        self._insecure = [address.netloc for address in addresses if address.scheme == "http"]
        self._hosts = [f"{address.netloc}{address.path}".rstrip("/") for address in addresses]

    def registry(self) -> Registry:
        """Asks them, and every other registry."""
        return Registry(insecure=self._insecure)

    def places(self, ref: str) -> Iterator[str]:
        """Where an image may lie: in a mirror, then where its normalized name says."""
        prefix = f"{DEFAULT_DOMAIN}/"
        if ref.startswith(prefix):
            yield from (f"{host}/{ref.removeprefix(prefix)}" for host in self._hosts)
        yield ref

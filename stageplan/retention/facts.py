"""What repositories hold, as somebody has read it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple


class Place(NamedTuple):
    """A manifest in a repository; another repository may hold the same, and each is deleted by itself."""

    repository: str
    digest: str


class Tagged(NamedTuple):
    """A tag, and what it names."""

    repository: str
    tag: str
    digest: str

    @property
    def ref(self) -> str:
        """As `docker pull` takes it."""
        return f"{self.repository}:{self.tag}"

    @property
    def place(self) -> Place:
        """Of the manifest."""
        return Place(self.repository, self.digest)


def tagged_at(ref: str, digest: str) -> Tagged:
    """The tag of a ref that names this digest."""
    repository, _, tag = ref.rpartition(":")
    return Tagged(repository, tag, digest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A manifest.

    Attributes:
        size: its own bytes.
        blobs: what it names besides manifests, by digest, with compressed bytes.
        needs: digests of the manifests that must stay while it does: those that it names, and its subject.
        made: when, in seconds since 1970, as far as it says; None: it does not.
    """

    size: int
    blobs: tuple[tuple[str, int], ...] = ()
    needs: tuple[str, ...] = ()
    made: float | None = None


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What repositories hold.

    Attributes:
        tags: in order of repository and tag.
        manifests: by place: all that are tagged, and all that those need.
        referred: manifests that something without a tag has as its subject: a signature, a list of contents.
    """

    tags: tuple[Tagged, ...]
    manifests: Mapping[Place, Held]
    referred: frozenset[Place] = frozenset()

    def needed(self, roots: Iterable[Place]) -> dict[Place, None]:
        """The manifests that are there and must be while these are, themselves included."""
        found: dict[Place, None] = {}
        waiting = list(roots)
        while waiting:
            place = waiting.pop()
            if place in found or place not in self.manifests:
                continue
            found[place] = None
            waiting += [Place(place.repository, digest) for digest in self.manifests[place].needs]
        return found

    def contents(self, places: Iterable[Place]) -> Iterator[tuple[str, int]]:
        """Digest and bytes of all that these manifests consist of; what they share comes more than once."""
        for place in places:
            held = self.manifests[place]
            yield place.digest, held.size
            yield from held.blobs

    @cached_property
    def tags_of(self) -> Mapping[Place, tuple[Tagged, ...]]:
        """The tags of each manifest that has some."""
        found: dict[Place, list[Tagged]] = {}
        for tagged in self.tags:
            found.setdefault(tagged.place, []).append(tagged)
        return {place: tuple(tags) for place, tags in found.items()}

    def made(self, tagged: Tagged) -> float | None:
        """When what a tag names was made; None: unknown."""
        held = self.manifests.get(tagged.place)
        return held.made if held else None

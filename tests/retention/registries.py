"""Repositories that are made up, and what deletions do to them, as registries do it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from stageplan.retention.facts import Facts, Held, Place, Tagged
from stageplan.retention.verdict import Verdict

NOW = 1_000_000_000.0
DAY = 86_400
CACHE = "host/app-cache"
IMAGE = "host/app"


def facts(*rows: tuple[str, str, float | None], sizes: dict[str, int] | None = None) -> Facts:
    """Tags of images with one layer each.

    Args:
        rows: tag, digest and days of age; a tag with a `/` before it is one of the image.
        sizes: bytes of the layer by digest; 100 for the others.
    """
    tags = tuple(
        sorted(
            Tagged(IMAGE if tag.startswith("/") else CACHE, tag.removeprefix("/"), digest)
            for tag, digest, _ in rows
        )
    )
    ages = {digest: age for _, digest, age in rows}
    manifests = {
        tagged.place: Held(
            size=1,
            blobs=((f"layer of {tagged.digest}", (sizes or {}).get(tagged.digest, 100)),),
            made=None if (age := ages[tagged.digest]) is None else NOW - age * DAY,
        )
        for tagged in tags
    }
    return Facts(tags=tags, manifests=manifests)


@dataclass(slots=True)
class Simulated:
    """A registry that deletes a manifest together with all tags of it."""

    facts: Facts
    manifests: set[Place] = field(init=False)
    tags: set[Tagged] = field(init=False)

    def __post_init__(self) -> None:
        self.manifests, self.tags = set(self.facts.manifests), set(self.facts.tags)

    def carry_out(self, verdict: Verdict) -> Iterator[None]:
        """One step of the deletion at a time."""
        for deletion in verdict.deletions:
            self.manifests.remove(deletion.place)
            self.tags = {tagged for tagged in self.tags if tagged.place != deletion.place}
            yield
        for tagged in verdict.untag:
            self.tags.remove(tagged)
            yield

    def lacks(self) -> list[tuple[Place, str]]:
        """What manifests need that was there and is no more."""
        return [
            (place, digest)
            for place in self.manifests
            for digest in self.facts.manifests[place].needs
            if (child := Place(place.repository, digest)) in self.facts.manifests
            and child not in self.manifests
        ]

    def left(self) -> Facts:
        """What is there."""
        manifests = {place: held for place, held in self.facts.manifests.items() if place in self.manifests}
        return Facts(tags=tuple(sorted(self.tags)), manifests=manifests, referred=self.facts.referred)


def size(facts: Facts, places: Iterable[Place]) -> int:
    """Bytes of these manifests and their blobs, each counted once."""
    return sum(dict(facts.contents(places)).values())

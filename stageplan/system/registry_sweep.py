"""Deletes what a verdict lets go, while builds may push to the same repositories."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from stageplan.retention.facts import Facts, Place, Tagged, tagged_at
from stageplan.retention.verdict import Deletion, Verdict
from stageplan.system.registry import Registry
from stageplan.system.registry_inventory import needs

# How many manifests are deleted before all tags are read again, which takes one request a tag: so many, or
# a tenth of the tags where that is more.
_ROUND = 50
_PUSHED = "somebody pushed it since it was looked at"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Now:
    """What the tags are now.

    Attributes:
        tags: by manifest.
        needed: manifests that were there before and that something needs which was not.
    """

    tags: Mapping[Place, set[Tagged]]
    needed: Mapping[Place, None]


@dataclass(slots=True)
class Swept:
    """What was done, and what was not.

    Attributes:
        deleted: the tags that are gone.
        skipped: for each tag or manifest that should have gone and stays, the reason.
    """

    deleted: list[Tagged] = field(default_factory=list)
    skipped: dict[Tagged | Place, str] = field(default_factory=dict)


class Sweep:
    """Deletes manifests one after the other, each only if nobody has come to need it.

    Registries know no deletion on a condition. So all tags are read again every few deletions, and those of
    a manifest right before it goes.

    Args:
        registry: where.
        facts: what the verdict was reached on.
        verdict: what goes.
        done: told of each tag that is gone.
    """

    def __init__(
        self, registry: Registry, facts: Facts, verdict: Verdict, *, done: Callable[[Tagged], None]
    ) -> None:
        self._registry = registry
        self._facts = facts
        self._verdict = verdict
        self._done = done
        self._kept: set[Place] = set()
        self._swept = Swept()

    def run(self) -> Swept:
        """What was done.

        Raises:
            UnreachableError: a registry does not answer, or refuses; what was deleted stays deleted.
        """
        size = max(_ROUND, len(self._facts.tags) // 10)
        for round_ in _rounds(self._verdict.deletions, size):
            now = self._read_again(dict.fromkeys(deletion.place.repository for deletion in round_))
            for deletion in round_:
                self._delete(deletion, now)
        for tagged in self._verdict.untag:
            if self._registry.exists(tagged.ref) == tagged.digest:
                self._registry.delete_tag(tagged.ref)
                self._gone(tagged)
            else:
                self._swept.skipped[tagged] = _PUSHED
        return self._swept

    def _delete(self, deletion: Deletion, now: _Now) -> None:
        reason = self._why_not(deletion, now)
        if reason is not None:
            self._kept.add(deletion.place)
            self._swept.skipped |= dict.fromkeys(deletion.tags or (deletion.place,), reason)
            return
        self._registry.delete_digest(
            f"{deletion.place.repository}@{deletion.place.digest}",
            tags=[tagged.tag for tagged in deletion.tags],
        )
        for tagged in deletion.tags:
            self._gone(tagged)

    def _why_not(self, deletion: Deletion, now: _Now) -> str | None:
        """Why a manifest stays after all, or None."""
        if not self._kept.isdisjoint(deletion.after):
            return "what needs it stays"
        others = sorted(now.tags.get(deletion.place, set()) - set(deletion.tags))
        if others:
            return f"'{others[0].tag}' names it now"
        if deletion.place in now.needed:
            return "something that was pushed since needs it"
        digests = self._registry.exists_many(tagged.ref for tagged in deletion.tags)
        if any(digests[tagged.ref] not in {tagged.digest, None} for tagged in deletion.tags):
            return _PUSHED
        return None

    def _read_again(self, repositories: Iterable[str]) -> _Now:
        refs = [ref for repository in repositories for ref in self._registry.refs(repository)]
        tags: dict[Place, set[Tagged]] = {}
        for ref, digest in self._registry.exists_many(refs).items():
            if digest is not None:
                tagged = tagged_at(ref, digest)
                tags.setdefault(tagged.place, set()).add(tagged)
        return _Now(tags=tags, needed=self._facts.needed(self._newly_needed(tags)))

    def _newly_needed(self, tagged: Iterable[Place]) -> Iterator[Place]:
        """The manifests that were there before and that others need, which were not."""
        waiting = list(tagged)
        seen = set(self._facts.manifests)
        while waiting:
            place = waiting.pop()
            if place in seen:
                continue
            seen.add(place)
            manifest = self._registry.manifest(f"{place.repository}@{place.digest}")
            digests = needs(place, manifest) if manifest else ()
            children = [Place(place.repository, digest) for digest in digests]
            yield from (child for child in children if child in self._facts.manifests)
            waiting += children

    def _gone(self, tagged: Tagged) -> None:
        self._swept.deleted.append(tagged)
        self._done(tagged)


def _rounds(deletions: Iterable[Deletion], size: int) -> Iterator[tuple[Deletion, ...]]:
    waiting = iter(deletions)
    while round_ := tuple(islice(waiting, size)):
        yield round_

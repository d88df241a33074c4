"""What refs take in all, and which of them go where that is too much."""

from collections import Counter
from collections.abc import Collection, Iterable

from stageplan.retention.facts import Facts, Place, Tagged
from stageplan.retention.reasons import Reasons


def size_of(facts: Facts, tags: Iterable[Tagged]) -> int:
    """Bytes of all that the tags name, what they share once."""
    return sum(dict(facts.contents(facts.needed(tagged.place for tagged in tags))).values())


def shrink(facts: Facts, reasons: Reasons, going: Collection[Tagged], limit: int) -> dict[Tagged, str]:
    """The tags that go besides, the oldest images first, so that the rest takes no more than the limit.

    An image goes with all its tags, in every repository. One that frees nothing stays.
    """
    images: dict[str, list[Tagged]] = {}
    for tagged in sorted((tagged for tagged in facts.tags if tagged not in going), key=reasons.by_age):
        images.setdefault(tagged.digest, []).append(tagged)
    holdings = _Holdings(
        facts, {tagged.place for tags in images.values() for tagged in tags if reasons.is_ours(tagged)}
    )
    found: dict[Tagged, str] = {}
    waiting = [
        tags
        for tags in images.values()
        if all(reasons.is_cache(tagged) and reasons.keeps(tagged) is None for tagged in tags)
    ]
    progress = True
    while progress:  # what freed nothing may do so when what shares it has gone
        progress = False
        for tags in tuple(waiting):
            if holdings.size > limit and holdings.drop({tagged.place for tagged in tags}):
                found |= dict.fromkeys(tags, "the oldest of more bytes than may stay")
                waiting.remove(tags)
                progress = True
    return found


class _Holdings:
    """How often each piece of content is needed by what stays.

    Attributes:
        size: bytes of all pieces.
    """

    def __init__(self, facts: Facts, places: Iterable[Place]) -> None:
        self._contents = {place: dict(facts.contents(facts.needed([place]))) for place in places}
        self._uses = Counter(digest for contents in self._contents.values() for digest in contents)
        self.size = sum(
            {key: size for each in self._contents.values() for key, size in each.items()}.values()
        )

    def drop(self, places: Iterable[Place]) -> bool:
        """Whether anything is freed by it that these go; otherwise they stay."""
        contents = [self._contents[place] for place in places]
        lost = Counter(digest for each in contents for digest in each)
        freed = {key: size for each in contents for key, size in each.items() if lost[key] == self._uses[key]}
        if not freed:
            return False
        self._uses -= lost
        self.size -= sum(freed.values())
        return True

"""What goes, what stays, and which manifests go with it: a pure function of facts and rules."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from stageplan.retention.facts import Facts, Place, Tagged
from stageplan.retention.names import KeyRef, short
from stageplan.retention.order import in_order
from stageplan.retention.reasons import Reasons
from stageplan.retention.rules import Rules
from stageplan.retention.size import shrink, size_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What becomes of a tag.

    Attributes:
        goes: whether it goes.
        why: it does, or does not.
        age: seconds; None: unknown.
        size: bytes of what goes with it, and has not gone with a tag before it.
    """

    tagged: Tagged
    goes: bool
    why: str
    age: float | None = None
    size: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """A manifest that goes.

    Attributes:
        tags: all that name it; each of them goes.
        after: manifests that need it, and so go before it.
    """

    place: Place
    tags: tuple[Tagged, ...]
    after: tuple[Place, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What goes and what stays.

    Attributes:
        fates: of each tag, in order of repository and tag.
        untag: tags that go alone, for something that stays needs what they name.
        deletions: in an order that never leaves a manifest without what it needs.
        freed: bytes that nothing needs afterwards in these repositories.
        size: bytes of what stays of stageplan's.
    """

    fates: tuple[Fate, ...]
    untag: tuple[Tagged, ...]
    deletions: tuple[Deletion, ...]
    freed: int
    size: int


def decide(facts: Facts, rules: Rules) -> Verdict:
    """What becomes of every tag and manifest.

    A manifest goes when every tag of it goes and nothing that stays needs it; then it goes with all that
    it alone needed.
    """
    reasons = Reasons(facts, rules)
    reached = reasons.reached()
    spared = _named_keys(facts.tags, reasons, reached)
    going = {tagged: why for tagged, why in reached.items() if tagged not in spared}
    if rules.max_size is not None:
        going |= shrink(facts, reasons, going, rules.max_size)
    staying = {
        tagged: reasons.keeps(tagged) or spared.get(tagged) or reasons.stays(tagged)
        for tagged in facts.tags
        if tagged not in going
    }
    stays = facts.needed((*(tagged.place for tagged in staying), *facts.referred))
    goes = [place for place in facts.needed(tagged.place for tagged in going) if place not in stays]
    sizes = _sizes(facts, going, stays)
    return Verdict(
        fates=tuple(
            Fate(
                tagged=tagged,
                goes=tagged in going,
                why=staying.get(tagged) or f"{going[tagged]}{_but_stays(facts, tagged, staying, stays)}",
                age=rules.age(facts.made(tagged)),
                size=sizes.get(tagged, 0),
            )
            for tagged in facts.tags
        ),
        untag=tuple(tagged for tagged in facts.tags if tagged in going and tagged.place in stays),
        deletions=tuple(
            Deletion(place=place, tags=facts.tags_of.get(place, ()), after=after)
            for place, after in in_order(facts, goes)
        ),
        freed=sum(sizes.values()),
        size=size_of(facts, (tagged for tagged in staying if reasons.is_ours(tagged))),
    )


def _named_keys(tags: Iterable[Tagged], reasons: Reasons, reached: Mapping[Tagged, str]) -> dict[Tagged, str]:
    """The images by key that stay because a scope or an image that stays names the same, with that reason."""
    named: dict[str, Tagged] = {}
    for tagged in tags:
        if tagged not in reached and not isinstance(reasons.names[tagged], KeyRef):
            named.setdefault(tagged.digest, tagged)
    return {
        tagged: f"'{named[tagged.digest].tag}' names it, too"
        for tagged in reached
        if isinstance(reasons.names[tagged], KeyRef) and tagged.digest in named
    }


def _sizes(facts: Facts, going: Mapping[Tagged, str], stays: Mapping[Place, None]) -> dict[Tagged, int]:
    """The bytes that each tag frees; those that several of them share are the first one's."""
    counted = dict(facts.contents(stays))
    found: dict[Tagged, int] = {}
    for tagged in facts.tags:
        if tagged in going and tagged.place not in stays:
            gone = [place for place in facts.needed([tagged.place]) if place not in stays]
            new = {digest: size for digest, size in facts.contents(gone) if digest not in counted}
            counted |= new
            found[tagged] = sum(new.values())
    return found


def _but_stays(
    facts: Facts, tagged: Tagged, staying: Mapping[Tagged, str], stays: Mapping[Place, None]
) -> str:
    """What is to be said of a tag that goes while the manifest stays."""
    if tagged.place not in stays:
        return ""
    other = next((each for each in facts.tags_of[tagged.place] if each in staying), None)
    if other is not None:
        return f"; its manifest stays for '{short(other.tag)}'"
    return "; its manifest stays for another that needs it"

"""Whatever is in the repositories and whatever the rules: nothing that stays loses anything."""

from hypothesis import given, settings
from hypothesis import strategies as st

from stageplan.plan.scope import slug
from stageplan.retention.facts import Facts, Held, Place, Tagged
from stageplan.retention.names import Foreign, Plain, read_name
from stageplan.retention.rules import Rules
from stageplan.retention.verdict import decide
from tests.retention.registries import CACHE, DAY, IMAGE, NOW, Simulated, size

SCOPES = ("main", "topic", "Feature/x", "v1")
TAGS = (
    *(f"{slug(scope)}{rest}" for scope in SCOPES for rest in ("", "__a", "__b", "__keyed__a", "__next")),
    *(f"{form}-{digit * 64}" for form in ("image", "artifact") for digit in "01"),
    "sha256-1.sig",
    "latest",
)
DIGESTS = tuple(f"sha256:{number}" for number in range(8))
BLOBS = tuple((f"blob {number}", 10**number) for number in range(5))


@st.composite
def inventories(draw: st.DrawFn) -> Facts:
    """Two repositories with images, indexes of those before them, and signatures of those before them."""
    every: dict[Place, Held] = {}
    for repository in (CACHE, IMAGE):
        for number, digest in enumerate(DIGESTS):
            needs = draw(st.lists(st.sampled_from(DIGESTS[:number]), max_size=2)) if number else []
            every[Place(repository, digest)] = Held(
                size=1,
                blobs=tuple(draw(st.lists(st.sampled_from(BLOBS), max_size=2, unique=True))),
                needs=tuple(needs),
                made=draw(st.none() | st.sampled_from([NOW - days * DAY for days in (0, 1, 10, 100)])),
            )
    named = draw(
        st.dictionaries(
            st.tuples(st.sampled_from((CACHE, IMAGE)), st.sampled_from(TAGS)), st.sampled_from(DIGESTS)
        )
    )
    tags = tuple(sorted(Tagged(*where, digest) for where, digest in named.items()))
    there = Facts(tags=(), manifests=every).needed(tagged.place for tagged in tags)
    referred = draw(st.frozensets(st.sampled_from(list(there)), max_size=1)) if there else frozenset()
    return Facts(tags=tags, manifests={place: every[place] for place in there}, referred=referred)


scopes = st.lists(st.sampled_from(SCOPES), max_size=2).map(tuple)
rules = st.builds(
    Rules,
    now=st.just(NOW),
    scopes=scopes,
    living=st.none() | scopes,
    gone=st.booleans(),
    kept_scopes=st.sampled_from([("main",), ("main", "feature-*"), ("main", "v1")]),
    older_than=st.none() | st.sampled_from([DAY // 2, 5 * DAY, 50 * DAY]),
    keep=st.none() | st.integers(1, 3),
    max_size=st.none() | st.sampled_from([0, 15, 1500, 20_000]),
    grace=st.sampled_from([60, 2 * DAY]),
    kept_refs=st.dictionaries(
        st.sampled_from([f"{CACHE}:{tag}" for tag in TAGS]), st.just("ref"), max_size=1
    ),
    kept_digests=st.dictionaries(st.sampled_from(DIGESTS), st.just("digest"), max_size=1),
    kept_keys=st.dictionaries(st.sampled_from(["0" * 64, "1" * 64]), st.just("key"), max_size=1),
)
anything = settings(derandomize=True, deadline=None, max_examples=150)


@anything
@given(inventories(), rules)
def test_nothing_that_stays_loses_anything_and_nothing_else_is_left(facts: Facts, rules: Rules) -> None:
    verdict = decide(facts, rules)
    stays = {fate.tagged for fate in verdict.fates if not fate.goes}
    registry = Simulated(facts)
    for _ in registry.carry_out(verdict):
        assert registry.lacks() == []
        assert stays <= registry.tags
    assert registry.tags == stays
    assert registry.manifests == set(facts.needed((*(tagged.place for tagged in stays), *facts.referred)))
    assert verdict.freed == size(facts, facts.manifests) - size(facts, registry.manifests)
    assert verdict.freed == sum(fate.size for fate in verdict.fates)
    again = decide(registry.left(), rules)
    assert [fate for fate in again.fates if fate.goes] == []


@anything
@given(inventories(), rules)
def test_what_is_protected_stays(facts: Facts, rules: Rules) -> None:
    for fate in decide(facts, rules).fates:
        name, tagged = read_name(fate.tagged.tag), fate.tagged
        scope = getattr(name, "scope", None)
        living = rules.living is not None and scope in [slug(name) for name in rules.living]
        protected = (
            isinstance(name, Foreign)
            or scope == "main"
            or (living and isinstance(name, Plain))
            or tagged.ref in rules.kept_refs
            or tagged.digest in rules.kept_digests
            or getattr(name, "key", None) in rules.kept_keys
            or (fate.age is not None and fate.age < rules.grace)
        )
        assert fate.why
        assert not (fate.goes and protected)

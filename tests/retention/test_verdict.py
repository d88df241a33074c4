"""Each rule, each thing that it does not reach, and the words for both."""

from typing import Any

import pytest

from stageplan.plan.scope import slug
from stageplan.retention.facts import Facts, Held, Place
from stageplan.retention.rules import Rules
from stageplan.retention.verdict import decide
from tests.retention.registries import CACHE, DAY, IMAGE, NOW, facts

KEY = f"image-{'0' * 64}"
OTHER = f"artifact-{'1' * 64}"


def fates(facts: Facts, **rules: Any) -> dict[str, str]:
    """Why each tag goes, with a `-` before it, or stays."""
    verdict = decide(facts, Rules(**{"now": NOW, "kept_scopes": ("main",), **rules}))
    found = {}
    for fate in verdict.fates:
        tag = f"/{fate.tagged.tag}" if fate.tagged.repository == IMAGE else fate.tagged.tag
        found[tag] = f"-{fate.why}" if fate.goes else fate.why
    return found


BRANCHES = facts(
    ("/main", "m", 50),
    ("/topic", "t", 50),
    ("/latest", "l", 50),
    ("main__a", "ma", 50),
    ("topic__a", "ta", 50),
)


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        pytest.param(
            {"gone": True, "living": ("main", "other")},
            {
                "/main": "scope 'main' is kept",
                "/topic": "-no branch or tag has this scope",
                "/latest": "no cache has its scope, so it may be anybody's",
                "main__a": "scope 'main' is kept",
                "topic__a": "-no branch or tag has this scope",
            },
            id="branches that are gone",
        ),
        pytest.param(
            {"gone": True, "living": ("main", "topic")},
            {"/topic": "an image goes with its scope alone", "topic__a": "no rule reaches it"},
            id="branches that are there",
        ),
        pytest.param(
            {"scopes": ("topic",)},
            {"/topic": "-scope 'topic' goes", "topic__a": "-scope 'topic' goes"},
            id="a scope by name",
        ),
        pytest.param(
            {"scopes": ("latest",)}, {"/latest": "-scope 'latest' goes"}, id="a word that the user names"
        ),
        pytest.param(
            {"scopes": ("main",)},  # a branch of that name in a fork
            {"/main": "scope 'main' is kept", "main__a": "scope 'main' is kept"},
            id="the default branch by name",
        ),
        pytest.param(
            {"scopes": ("topic",), "living": ("main", "topic")},  # a tag of that name
            {"/topic": "'topic' is still a branch or tag", "topic__a": "'topic' is still a branch or tag"},
            id="a branch named like a tag",
        ),
        pytest.param(
            {"scopes": ("topic",), "kept_scopes": ("main", "to*")},
            {"/topic": "scope 'to*' is kept", "topic__a": "scope 'to*' is kept"},
            id="a pattern keeps",
        ),
        pytest.param(
            {"older_than": 30 * DAY},
            {
                "/topic": "an image goes with its scope alone",
                "main__a": "scope 'main' is kept",
                "topic__a": "-older than 30 d",
            },
            id="an image that people deploy does not go by its age",
        ),
        pytest.param(
            {"older_than": 30 * DAY, "grace": 60 * DAY},
            {"topic__a": "it was made 50 d ago, and a build may be at it"},
            id="grace",
        ),
        pytest.param(
            {"scopes": ("topic",), "kept_refs": {f"{CACHE}:topic__a": "'plan.json' names it"}},
            {"/topic": "-scope 'topic' goes", "topic__a": "'plan.json' names it"},
            id="a ref in a plan",
        ),
        pytest.param(
            {"scopes": ("topic",), "kept_digests": {"ta": "the lock file names it"}},
            {"topic__a": "the lock file names it"},
            id="a digest in a lock file",
        ),
        pytest.param(
            {"max_size": 10**9}, {"topic__a": "no rule reaches it"}, id="a size that is not reached"
        ),
    ],
)
def test_scopes(rules: dict[str, Any], expected: dict[str, str]) -> None:
    found = fates(BRANCHES, **rules)
    assert {tag: found[tag] for tag in expected} == expected


def test_two_branches_with_one_slug_share_their_fate() -> None:
    there = facts((f"{slug('Feature/X')}__a", "f", 50))
    twin = slug("Feature/X")  # no branch of this name has this slug, for that would get digits of its own
    assert slug(twin) != twin
    assert fates(there, gone=True, living=("Feature/X",)) == {f"{twin}__a": "no rule reaches it"}
    assert fates(there, gone=True, living=("feature/x",)) == {
        f"{twin}__a": "-no branch or tag has this scope"
    }


def test_a_key_stays_with_what_names_it_and_goes_by_its_age() -> None:
    named = facts(("topic__keyed__a", "d", 50), (KEY, "d", 50), (OTHER, "o", 50), ("/app", "x", 50))
    assert fates(named, scopes=("topic",)) == {
        "/app": "no cache has its scope, so it may be anybody's",
        OTHER: "no rule reaches it",
        KEY: "no rule reaches it",
        "topic__keyed__a": f"-scope 'topic' goes; its manifest stays for '{KEY[:18]}…'",
    }
    assert fates(named, older_than=30 * DAY, kept_scopes=("topic",)) == {
        "/app": "no cache has its scope, so it may be anybody's",
        OTHER: "-older than 30 d",
        KEY: "'topic__keyed__a' names it, too",
        "topic__keyed__a": "scope 'topic' is kept",
    }
    everything = fates(named, older_than=30 * DAY)
    assert [everything[tag] for tag in (KEY, OTHER, "topic__keyed__a")] == ["-older than 30 d"] * 3
    assert fates(named, older_than=30 * DAY, kept_keys={"1" * 64: "a build takes it"})[OTHER] == (
        "a build takes it"
    )


def test_an_image_in_another_repository_keeps_a_key() -> None:
    there = facts(("/v1", "d", 50), (KEY, "d", 50))
    assert fates(there, older_than=30 * DAY)[KEY] == "'v1' names it, too"


def test_what_an_image_was_made_of_stays_with_the_image() -> None:
    digest = f"sha256:{'2' * 64}"
    record = f"record-{'2' * 64}"
    there = facts(("/app", digest, 50), (record, "r", 50))
    assert fates(there, older_than=30 * DAY)[record] == "the image is there that it tells of"
    assert fates(facts((record, "r", 50)), older_than=30 * DAY)[record] == "-older than 30 d"


def test_what_does_not_say_how_old_it_is_stays_unless_another_rule_reaches_it() -> None:
    there = facts(("a__s", "a", None), ("b__s", "b", 50))
    assert fates(there, older_than=30 * DAY) == {
        "a__s": "nobody knows how old it is",
        "b__s": "-older than 30 d",
    }
    assert fates(there, older_than=30 * DAY, scopes=("a",))["a__s"] == "-scope 'a' goes"


def test_each_stage_keeps_its_newest() -> None:
    there = facts(
        ("a__s", "1", 1),
        ("b__s", "2", 2),
        ("c__s", "3", 3),
        ("d__s", "4", None),
        ("main__s", "5", 9),
        ("a__t", "6", 9),
        (KEY, "7", 90),
    )
    assert fates(there, keep=3) == {
        "a__s": "no rule reaches it",
        "b__s": "-one of more than 3 of its stage",
        "c__s": "-one of more than 3 of its stage",
        "d__s": "no rule reaches it",
        "main__s": "scope 'main' is kept",
        "a__t": "no rule reaches it",
        KEY: "no rule reaches it",
    }
    assert fates(there, keep=3, scopes=("a", "d"))["c__s"] == "no rule reaches it"


def test_the_oldest_go_until_the_rest_is_small_enough() -> None:
    there = facts(
        ("a__s", "a", 3), ("b__s", "b", 2), ("c__s", "c", 1), ("main__s", "m", 9), sizes={"b": 700, "m": 1000}
    )
    assert fates(there, max_size=1300) == {
        "a__s": "-the oldest of more bytes than may stay",
        "b__s": "-the oldest of more bytes than may stay",
        "c__s": "no rule reaches it",
        "main__s": "scope 'main' is kept",
    }


def test_bytes_that_are_shared_count_once_and_go_last() -> None:
    base = ("base", 1000)
    manifests = {
        Place(CACHE, digest): Held(size=1, blobs=(base, (f"layer {digest}", 10)), made=NOW - 50 * DAY)
        for digest in "abc"
    }
    tagged = facts(("a__s", "a", 50), ("b__s", "b", 50), ("main__s", "c", 50)).tags
    there = Facts(tags=tagged, manifests=manifests)
    verdict = decide(there, Rules(now=NOW, scopes=("a", "b"), kept_scopes=("main",)))
    assert (verdict.freed, verdict.size) == (22, 1011)
    verdict = decide(there, Rules(now=NOW, scopes=("a", "b", "main")))
    assert (verdict.freed, [fate.size for fate in verdict.fates]) == (1033, [1011, 11, 11])


def test_an_index_takes_its_images_along_but_those_that_others_need() -> None:
    tagged = facts(("a__s", "index", 50), ("b__s", "own", 50), ("topic__s", "other", 50)).tags
    manifests = {
        Place(CACHE, "index"): Held(size=1, needs=("own", "shared")),
        Place(CACHE, "other"): Held(size=1, needs=("shared",)),
        Place(CACHE, "own"): Held(size=1),
        Place(CACHE, "shared"): Held(size=1),
    }
    there = Facts(tags=tagged, manifests=manifests)
    verdict = decide(there, Rules(now=NOW, scopes=("a", "b")))
    assert [(each.place.digest, [place.digest for place in each.after]) for each in verdict.deletions] == [
        ("index", []),
        ("own", ["index"]),
    ]
    verdict = decide(there, Rules(now=NOW, scopes=("b",)))
    assert (verdict.deletions, verdict.untag) == ((), (tagged[1],))
    assert verdict.fates[1].why == "scope 'b' goes; its manifest stays for another that needs it"

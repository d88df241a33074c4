"""Deleting in a real registry, while somebody else pushes."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

import lab
from stageplan.errors import UnreachableError
from stageplan.retention.facts import Place, Tagged
from stageplan.retention.rules import Rules
from stageplan.retention.verdict import decide
from stageplan.system.credentials import Credentials
from stageplan.system.registry import Registry
from stageplan.system.registry_inventory import read_inventory
from stageplan.system.registry_sweep import Sweep, Swept
from tests.scenarios.pushed import Pushed

DAY = 86_400


@pytest.fixture
def cache(registry: lab.Registry) -> Pushed:
    return Pushed(f"{registry.host}/app-cache")


def nothing(_: Tagged) -> None:
    """What is gone, nobody wants to hear."""


def rules(*scopes: str) -> Rules:
    return Rules(now=datetime.now(UTC).timestamp(), scopes=scopes, kept_scopes=("main",))


def swept(
    cache: Pushed,
    *scopes: str,
    done: Callable[[Tagged], None] = nothing,
    first: Callable[[], object] | None = None,
) -> Swept:
    """What a sweep did; `first` happens after it was decided and before anything is deleted."""
    facts = read_inventory(cache.registry, [cache.repository])
    verdict = decide(facts, rules(*scopes))
    if first is not None:
        first()
    return Sweep(cache.registry, facts, verdict, done=done).run()


def reasons(swept: Swept) -> dict[str, str]:
    return {what.tag if isinstance(what, Tagged) else "": why for what, why in swept.skipped.items()}


def test_inventory(cache: Pushed) -> None:
    layers = (b"one", b"three")
    child = cache.image(layers=layers, days=2)
    other = cache.image("b__s", layers=layers[:1], days=1)
    index = cache.index("a__s", "main__s", of=[child, other])
    signature = cache.image("sha256-x.sig", layers=[b"signed"], days=3, subject=child)
    facts = read_inventory(cache.registry, [cache.repository, f"{cache.repository}-none"])
    assert [(tagged.tag, tagged.digest) for tagged in facts.tags] == [
        ("a__s", index),
        ("b__s", other),
        ("main__s", index),
        ("sha256-x.sig", signature),
    ]
    held = {place.digest: held for place, held in facts.manifests.items()}
    assert held.keys() == {child, other, index, signature}
    assert (held[index].needs, held[signature].needs) == ((child, other), (child,))
    assert [size for _, size in held[child].blobs][1:] == [3, 5]
    now = datetime.now(UTC).timestamp()
    ages = {digest: round((now - (each.made or 0)) / DAY) for digest, each in held.items()}
    assert ages == {child: 2, other: 1, index: 1, signature: 2}
    assert facts.referred == frozenset()


def test_what_goes_is_gone_and_nothing_else(cache: Pushed) -> None:
    shared = cache.image("gone__a", "main__a", layers=[b"shared"])
    child = cache.image(layers=[b"child"])
    common = cache.image("gone__c", layers=[b"common"])
    index = cache.index("gone__b", of=[child, common])
    kept = cache.index("main__b", of=[common])
    deleted: list[str] = []
    found = swept(cache, "gone", done=lambda tagged: deleted.append(tagged.tag))
    assert (deleted, found.skipped) == (["gone__b", "gone__a", "gone__c"], {})
    registry, repository = cache.registry, cache.repository
    assert registry.tags(repository) == ("main__a", "main__b")
    there = registry.exists_many(f"{repository}@{digest}" for digest in (shared, child, common, index, kept))
    assert [digest is not None for digest in there.values()] == [True, False, True, False, True]


def test_what_somebody_pushes_meanwhile_stays(cache: Pushed) -> None:
    old = {name: cache.image(f"gone__{name}", layers=[name.encode()]) for name in "abcde"}
    child = cache.image(layers=[b"child"])
    cache.index("gone__f", of=[child])
    repository = cache.repository

    def push() -> None:
        cache.image("gone__a", layers=[b"new"], days=0)
        cache.registry.copy_tag(f"{repository}:gone__b", f"{repository}:topic__b")
        cache.index("topic__c", of=[cache.index(of=[old["c"]])])
        cache.registry.copy_tag(f"{repository}@{child}", f"{repository}:topic__f")
        cache.registry.delete_digest(f"{repository}@{old['e']}")

    found = swept(cache, "gone", first=push)
    assert reasons(found) == {
        "gone__a": "somebody pushed it since it was looked at",
        "gone__b": "'topic__b' names it now",
        "gone__c": "something that was pushed since needs it",
        "": "'topic__f' names it now",
    }
    assert sorted(tagged.tag for tagged in found.deleted) == ["gone__d", "gone__e", "gone__f"]
    left = ("gone__a", "gone__b", "gone__c", "topic__b", "topic__c", "topic__f")
    assert cache.registry.tags(repository) == left


def test_what_an_index_needs_stays_with_it(cache: Pushed) -> None:
    child = cache.image(layers=[b"child"])
    index = cache.index("gone__a", of=[child])
    repository = cache.repository
    found = swept(
        cache,
        "gone",
        first=lambda: cache.registry.copy_tag(f"{repository}:gone__a", f"{repository}:topic__a"),
    )
    assert found.deleted == []
    assert found.skipped[Place(repository, child)] == "what needs it stays"
    assert cache.registry.exists(f"{repository}@{index}")
    assert cache.registry.exists(f"{repository}@{child}")


def test_a_tag_that_moves_is_not_taken_from_its_new_owner(cache: Pushed) -> None:
    cache.image("gone__a", "main__a", layers=[b"a"])
    found = swept(cache, "gone", first=lambda: cache.image("gone__a", layers=[b"new"]))
    assert reasons(found) == {"gone__a": "somebody pushed it since it was looked at"}
    assert cache.registry.tags(cache.repository) == ("gone__a", "main__a")


def test_tags_are_read_again_every_few_deletions(cache: Pushed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stageplan.system.registry_sweep._ROUND", 2)
    for name in "abcd":
        cache.image(f"gone__{name}", layers=[name.encode()])
    repository = cache.repository
    waiting = {f"gone__{name}" for name in "abcd"}

    def claim(tagged: Tagged) -> None:
        """After the second deletion somebody else needs what is left."""
        waiting.discard(tagged.tag)
        if len(waiting) == 2:
            for tag in waiting:
                cache.registry.copy_tag(f"{repository}:{tag}", f"{repository}:{tag.replace('gone', 'new')}")

    found = swept(cache, "gone", done=claim)
    assert set(reasons(found)) == waiting
    assert len(cache.registry.tags(repository)) == 4


def test_a_registry_that_deletes_nothing_says_so() -> None:
    with lab.Registry(deletes=False) as registry:
        cache = Pushed(f"{registry.host}/app-cache")
        cache.image("gone__a", layers=[b"a"])
        with pytest.raises(UnreachableError) as raised:
            swept(cache, "gone")
        assert str(raised.value) == (
            f"error[registry-refused]: registry '{registry.host}' answered 405 to DELETE in "
            f"'{cache.repository}': The operation is unsupported.\n"
            "hint: let the registry delete in its settings, or use the retention rules of its own"
        )
        assert cache.registry.tags(cache.repository) == ("gone__a",)


def test_a_registry_that_lets_nobody_in_says_so() -> None:
    ann = Credentials(username="ann", password="secret")  # noqa: S106 - of a registry that lives for one test
    with lab.Registry(login=("ann", "secret")) as registry:
        cache = Pushed(f"{registry.host}/app-cache")
        cache.__dict__["registry"] = Registry(find_login=lambda _: ann)
        cache.image("gone__a", layers=[b"a"])
        facts = read_inventory(cache.registry, [cache.repository])
        with pytest.raises(UnreachableError) as raised:
            Sweep(
                Registry(find_login=lambda _: None), facts, decide(facts, rules("gone")), done=nothing
            ).run()
        assert raised.value.rule == "registry-denied"


class Accounting(Registry):
    """A registry that keeps account of what has which subject, as those of OCI 1.1 do."""

    signed: str = ""

    def referrers(self, repository: str, digest: str) -> tuple[str, ...] | None:  # noqa: ARG002
        return ("sha256:signature",) if digest == self.signed else ()


def test_what_something_without_a_tag_refers_to_stays(cache: Pushed) -> None:
    registry = Accounting()
    registry.signed = cache.image("gone__a", layers=[b"signed"])
    cache.image("gone__b", layers=[b"not signed"])
    facts = read_inventory(registry, [cache.repository])
    assert facts.referred == {Place(cache.repository, registry.signed)}
    Sweep(registry, facts, decide(facts, rules("gone")), done=nothing).run()
    assert registry.tags(cache.repository) == ()
    assert registry.exists(f"{cache.repository}@{registry.signed}")

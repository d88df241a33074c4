"""What repositories hold: every tag, every manifest that is tagged or needed, how big, how old."""

import json
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from stageplan.retention.facts import Facts, Held, Place, tagged_at
from stageplan.system.manifest_times import config_digest, made
from stageplan.system.registry import Registry, locate
from stageplan.system.registry_content import Manifest, content_of
from stageplan.system.transport import CONNECTIONS


def read_inventory(registry: Registry, repositories: Iterable[str]) -> Facts:
    """All that the repositories hold; one that does not exist holds nothing.

    Raises:
        UnreachableError: a registry does not answer, or refuses, or sends what is no manifest.
    """
    named = [ref for repository in repositories for ref in registry.refs(repository)]
    found = {ref: manifest for ref, manifest in registry.manifests(named).items() if manifest is not None}
    tags = tuple(sorted(tagged_at(ref, manifest.digest) for ref, manifest in found.items()))
    manifests = dict(
        zip((tagged.place for tagged in tags), (found[tagged.ref] for tagged in tags), strict=True)
    )
    needed = {place: needs(place, manifest) for place, manifest in manifests.items()}
    while missing := _missing(needed):
        for place, manifest in _read(registry, missing).items():
            needed[place] = () if manifest is None else needs(place, manifest)
            if manifest is not None:
                manifests[place] = manifest
    return Facts(
        tags=tags,
        manifests=_held(registry, manifests, needed),
        referred=_referred(registry, tuple(manifests)),
    )


def needs(place: Place, manifest: Manifest) -> tuple[str, ...]:
    """The digests of the manifests that must stay while this one does: those it names, and its subject.

    Raises:
        UnreachableError: it is no manifest (`registry-garbled`).
    """
    subject = (_document(manifest).get("subject") or {}).get("digest")
    children = content_of(manifest, locate(place.repository)[0].host).manifests
    return (*children, subject) if subject else children


def _missing(needed: Mapping[Place, tuple[str, ...]]) -> list[Place]:
    """The manifests that are needed and have not been read."""
    wanted = dict.fromkeys(
        Place(place.repository, digest) for place, digests in needed.items() for digest in digests
    )
    return [place for place in wanted if place not in needed]


def _read(registry: Registry, places: Iterable[Place]) -> dict[Place, Manifest | None]:
    refs = {f"{place.repository}@{place.digest}": place for place in places}
    return {refs[ref]: manifest for ref, manifest in registry.manifests(refs).items()}


def _held(
    registry: Registry, manifests: Mapping[Place, Manifest], needed: Mapping[Place, tuple[str, ...]]
) -> dict[Place, Held]:
    """Sizes and times; an index is as new as the newest of what it needs."""

    def of(place: Place) -> Held:
        manifest = manifests[place]
        document = _document(manifest)
        config = config_digest(document)
        return Held(
            size=len(manifest.body),
            blobs=content_of(manifest, locate(place.repository)[0].host).blobs,
            needs=needed[place],
            made=made(document, registry.blob(place.repository, config) if config else None),
        )

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        held = dict(zip(manifests, pool.map(of, manifests), strict=True))
    facts = Facts(tags=(), manifests=held)
    return {place: _as_new_as_its_parts(facts, place) for place in held}


def _as_new_as_its_parts(facts: Facts, place: Place) -> Held:
    held = facts.manifests[place]
    times = [time for part in facts.needed([place]) if (time := facts.manifests[part].made) is not None]
    return Held(size=held.size, blobs=held.blobs, needs=held.needs, made=max(times, default=None))


def _referred(registry: Registry, places: tuple[Place, ...]) -> frozenset[Place]:
    """The manifests that something untagged has as its subject; none where the registry cannot tell."""
    known = frozenset(places)
    asked: dict[Place, tuple[str, ...] | None] = {}
    for repository in dict.fromkeys(place.repository for place in places):
        of_repository = [place for place in places if place.repository == repository]
        if registry.referrers(repository, of_repository[0].digest) is None:
            continue
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            answers = pool.map(
                lambda place: registry.referrers(place.repository, place.digest), of_repository
            )
            asked |= dict(zip(of_repository, answers, strict=True))
    return frozenset(
        place
        for place, referrers in asked.items()
        if any(Place(place.repository, digest) not in known for digest in referrers or ())
    )


def _document(manifest: Manifest) -> dict[str, Any]:
    try:
        document = json.loads(manifest.body)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}

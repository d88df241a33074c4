"""Which stages are built although the registry has them, and why."""

from collections.abc import Mapping

from stageplan.plan.keyed.facts import KeyedFacts
from stageplan.plan.work import Work


def without_cache(work: Work, facts: KeyedFacts) -> frozenset[int]:
    """The stages whose instructions all run again: the named ones, and those that are too old."""
    return work.no_cache | facts.old


def built_anew(work: Work, facts: KeyedFacts) -> Mapping[int, str]:
    """By stage, why what is there of it does not count: it, or a stage that it takes from, is built anew."""
    reasons = dict.fromkeys(sorted(facts.old), "it is older than --max-age")
    reasons |= dict.fromkeys(sorted(work.no_cache), "it is built without the cache")
    for source in sorted(reasons):
        for index in sorted(_behind(work, source)):
            reasons.setdefault(index, f"'{work.title(source)}' is built anew")
    return {index: reason for index, reason in reasons.items() if index in work.reached}


def _behind(work: Work, index: int) -> set[int]:
    """The stages that take from a stage, and so on."""
    found: set[int] = set()
    waiting = [index]
    while waiting:
        for consumer in work.graph.consumers(waiting.pop()):
            if consumer in work.reached and consumer not in found:
                found.add(consumer)
                waiting.append(consumer)
    return found

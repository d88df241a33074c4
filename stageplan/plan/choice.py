"""Which strategy `auto` means on an engine, and why."""

from typing import NamedTuple

from stageplan.errors import UsageError, did_you_mean
from stageplan.plan.facts import EngineFacts
from stageplan.plan.options import AUTO, PlanOptions
from stageplan.plan.strategies import STRATEGIES
from stageplan.plan.strategies.base import Strategy

_FOR_AN_IMAGE = (
    ("registry", "BuildKit can export a cache here, and a cache ref per stage hits for certain"),
    ("inline", "this engine exports no other cache of BuildKit's"),
    ("classic", "there is no buildx here"),
)
_LAYERS = (("buildah", "every branch finds its layers in one repository, by what they are made of"),)
_FOR_ENGINE = {
    "buildah": _LAYERS,
    "podman": _LAYERS,
    "kaniko": (("kaniko", "every branch finds its layers in one repository, by what they are made of"),),
    "pack": (("pack", "pack keeps the layers of its buildpacks in one image"),),
}
_FOR_NO_IMAGE = (
    ("local", "there is no --image, so nothing is pushed, and the cache lies in a folder"),
    ("none", "there is no --image, and this engine exports no cache"),
    ("archive", "there is no --image and no buildx"),
)


class Choice(NamedTuple):
    """A strategy and why it was chosen."""

    strategy: Strategy
    reason: str


def choose(options: PlanOptions, engine: EngineFacts) -> Choice:
    """The strategy that the options name, or the first that the engine can run.

    Raises:
        UsageError: no such strategy, or one that this engine cannot run.
    """
    if options.strategy != AUTO:
        return Choice(_named(options, engine), "asked for")
    reasons = []
    for name, reason in _preferred(options, engine):
        refusal = refusal_of(STRATEGIES[name], engine, options)
        if refusal is None:
            why = reason if engine.reachable else f"{reason} (no engine was asked)"
            return Choice(STRATEGIES[name], why)
        reasons.append(f"{name}: {refusal}")
    raise UsageError(
        "no-strategy",
        f"this engine can run no strategy ({'; '.join(reasons)})",
        hint="install buildx for docker" if engine.kind == "docker" else "change what the message names",
    )


def refusal_of(strategy: Strategy, engine: EngineFacts, options: PlanOptions) -> str | None:
    """Why this engine cannot run the strategy, or None."""
    if engine.kind not in strategy.engines:
        return f"it is built by {' or '.join(strategy.engines)}, and the engine is {engine.kind}"
    return strategy.refuses(engine, options)


def _preferred(options: PlanOptions, engine: EngineFacts) -> tuple[tuple[str, str], ...]:
    """The strategies in the order in which they are tried, each with the reason to take it."""
    if engine.kind in _FOR_ENGINE:
        return _FOR_ENGINE[engine.kind]
    return _FOR_NO_IMAGE if options.image is None else _FOR_AN_IMAGE


def _named(options: PlanOptions, engine: EngineFacts) -> Strategy:
    strategy = STRATEGIES.get(options.strategy)
    if strategy is None:
        raise UsageError(
            "unknown-strategy",
            f"there is no strategy '{options.strategy}'",
            hint=did_you_mean(options.strategy, STRATEGIES) or f"it is one of auto, {', '.join(STRATEGIES)}",
        )
    refusal = refusal_of(strategy, engine, options)
    if refusal is not None:
        raise UsageError(
            "strategy-refused",
            f"strategy '{strategy.name}' cannot run here: {refusal}",
            hint="leave out --strategy to take the best that can",
        )
    return strategy

"""Which engines and strategies can build services from each other's images."""

from collections.abc import Collection, Mapping
from typing import Final

from stageplan.errors import UsageError
from stageplan.plan.facts import EngineFacts
from stageplan.plan.services.names import Names
from stageplan.plan.strategies import STRATEGIES

_ABLE: Final = ("registry", "local", "none")


def check_images(used: Collection[str], engine: EngineFacts, names: Mapping[str, Names]) -> None:
    """Nothing, where the build of each service gets the images of others as they were made.

    Args:
        used: services whose images others take.

    Raises:
        UsageError: the builder cannot take one, or would take another of its name.
    """
    for service in sorted(used):
        pushed = names[service].pushed
        if not pushed and engine.has_own_buildkit:
            raise UsageError(
                "service-not-pushed",
                f"service '{service}' is not pushed, and builder '{engine.builder}' cannot take its image",
                hint="take the engine's own builder, or give the service an image of a registry",
            )
        if pushed and engine.store == "classic" and not engine.has_own_buildkit:
            raise UsageError(
                "service-classic-store",
                f"the engine would take an image that it holds for that of service '{service}'",
                hint="switch on containerd's image store, or take a --builder of its own",
            )


def check_strategy(name: str) -> None:
    """Nothing, where the strategy can plan several services; what no strategy is called is for others to say.

    Raises:
        UsageError: it cannot.
    """
    if name in (*_ABLE, "auto") or name not in STRATEGIES:
        return
    reasons = {
        "keyed": "its keys do not hold what the image of another service is",
        "inline": "it looks for a cache under the scope's tag, and the file has tags of its own",
    }
    raise UsageError(
        "services-strategy",
        f"strategy '{name}' plans no services: {reasons.get(name, 'their stages would share one place')}",
        hint=f"take --strategy {', '.join(_ABLE[:-1])} or {_ABLE[-1]}",
    )

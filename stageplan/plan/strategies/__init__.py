"""The strategies by name. A new one is a file here and a row in this table."""

from typing import Final

from stageplan.plan.strategies import (
    buildah,
    classic,
    inline,
    kaniko,
    keyed,
    local,
    none,
    pack,
    registry,
    services,
)
from stageplan.plan.strategies.base import Strategy

STRATEGIES: Final[dict[str, Strategy]] = {
    strategy.name: strategy
    for strategy in (
        registry.STRATEGY,
        inline.STRATEGY,
        local.STRATEGY,
        classic.CLASSIC,
        classic.ARCHIVE,
        services.GHA,
        services.S3,
        services.AZBLOB,
        keyed.STRATEGY,
        buildah.STRATEGY,
        pack.STRATEGY,
        kaniko.STRATEGY,
        none.STRATEGY,
    )
}

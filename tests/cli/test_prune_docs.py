"""What docs/prune.md shows is what the command prints."""

import re
from pathlib import Path

from stageplan.cli.prune import command
from stageplan.cli.prune_table import table_of
from stageplan.retention.facts import Facts, Held, Place, Tagged
from stageplan.retention.rules import Rules
from stageplan.retention.verdict import decide

TEXT = (Path(__file__).parents[2] / "docs/prune.md").read_text()
NOW, DAY = 1_800_000_000.0, 86_400
APP, CACHE = "registry.example.com/app", "registry.example.com/app-cache"
MB = 1_000_000
HELD = {  # repository, tag, what it names, days of age, bytes
    (APP, "feature-login", "9d2c41a7e0b3", 41, 1900),
    (APP, "latest", "3197404c4b54", 2, 9 * MB),
    (APP, "main", "3197404c4b54", 2, 9 * MB),
    (CACHE, f"artifact-c74eb5ff183f{'0' * 52}", "51f00c2d8a94", 63, 18_200_000),
    (CACHE, f"image-138845ca0258{'0' * 52}", "f76cd17d64c7", 12, 9 * MB),
    (CACHE, "feature-login__deps", "2fe88755f689", 41, 120 * MB),
    (CACHE, "feature-login__keyed__deps", "f76cd17d64c7", 12, 9 * MB),
    (CACHE, "main__deps", "1e8f86646cd8", 2, 380 * MB),
}


def test_the_example() -> None:
    tags = tuple(sorted(Tagged(where, tag, f"sha256:{digest:0<64}") for where, tag, digest, _, _ in HELD))
    manifests = {
        Place(where, f"sha256:{digest:0<64}"): Held(size=0, blobs=((digest, size),), made=NOW - days * DAY)
        for where, _, digest, days, size in HELD
    }
    rules = Rules(now=NOW, living=("main",), gone=True, kept_scopes=("main",), older_than=30 * DAY)
    table = table_of(decide(Facts(tags=tags, manifests=manifests), rules))
    example = TEXT.partition("--older-than 30d\n")[2].partition("    nothing is deleted without --yes")[0]
    assert re.sub("^    ", "", example, flags=re.MULTILINE) == table


def test_every_option_that_is_told_is_there() -> None:
    options = {name for each in command.params for name in each.opts}
    told = set(re.findall(r"`(--[a-z-]+)", TEXT))
    assert told - options == {"--delete-untagged"}  # of the registry's own command

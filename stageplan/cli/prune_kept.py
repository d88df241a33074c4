"""What stays because somebody names it: plans, the lock file, and the checkout itself."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from stageplan.cli.keyed import facts_of_keys
from stageplan.cli.keys import read_lock, request_keys
from stageplan.cli.planning import NOT_ASKED, native_platform
from stageplan.cli.request import Request, plan_options
from stageplan.errors import UsageError
from stageplan.plan.document import decode_plan
from stageplan.plan.facts import EngineFacts
from stageplan.plan.planner import prepare
from stageplan.plan.strategies.keyed import KEYED, locations
from stageplan.retention.facts import Facts
from stageplan.retention.named import digests_in, keys_in, refs_in
from stageplan.retention.names import KeyRef, read_name
from stageplan.retention.rules import Rules
from stageplan.system.engine import engine_facts
from stageplan.system.files import read_bytes
from stageplan.system.registry import locate

_GRAPH = ("file", "targets", "checks", "build_args", "build_contexts")


def with_named(rules: Rules, plans: Iterable[str], repositories: Iterable[str]) -> Rules:
    """The rules, with what plan files and the lock file name.

    Args:
        rules: without that.
        plans: paths of plan files.
        repositories: that are looked at; a plan may write them in another way.

    Raises:
        UsageError: a file is no plan, or the lock file is none.
    """
    written = {str(locate(name)[0]): name for name in repositories}
    refs, keys = dict(rules.kept_refs), dict(rules.kept_keys)
    digests = {image.digest: f"the lock file names it as '{name}'" for name, image in read_lock().items()}
    for path in plans:
        plan, why = decode_plan(read_bytes(Path(path)), path=path), f"'{path}' names it"
        for ref in refs_in(plan):
            with suppress(UsageError):  # not every text of a plan is a ref
                repository, tag = locate(ref)
                refs[f"{written.get(str(repository))}:{tag}"] = why
        digests |= dict.fromkeys(digests_in(plan), why)
        keys |= dict.fromkeys(keys_in(plan), why)
    return replace(rules, kept_refs=refs, kept_digests=digests, kept_keys=keys)


def with_checkout(rules: Rules, request: Request, facts: Facts) -> Rules:
    """The rules, with the images by key that a build of this checkout would take.

    Nobody is asked where there is no Dockerfile, or nothing is kept by key.

    Raises:
        UsageError: a file or an option is wrong.
        DockerfileError: the build would refuse the Dockerfile.
    """
    by_key = any(isinstance(read_name(tagged.tag), KeyRef) for tagged in facts.tags)
    if not by_key or not request.dockerfile.is_file():
        return rules
    engine = engine_facts(None)
    platforms = (request.chosen("platform") or native_platform(engine)).split(",")
    why = "a build of this checkout takes it"
    kept = {
        key: why for platform in platforms for key in _keys(_of_a_plan(request, platform.strip()), engine)
    }
    return replace(rules, kept_keys={**rules.kept_keys, **kept})


def _keys(request: Request, engine: EngineFacts) -> Iterator[str]:
    """The keys under which a plan would look for images."""
    keyed = request_keys(request, platform=native_platform(engine), offline=False, mirrors=engine.mirrors)
    options = replace(plan_options(request), strategy=KEYED)
    _, _, work = prepare(keyed.graph, options, NOT_ASKED, facts_of_keys(keyed))
    for location in locations(work):
        name = read_name(location.rpartition(":")[2])
        if isinstance(name, KeyRef):
            yield name.key


def _of_a_plan(request: Request, platform: str) -> Request:
    """The request as a plan of one image for one platform has it."""
    given = {name: value for name, value in request.given.items() if name in _GRAPH}
    image = next(iter(request.given["image"]), None)
    return replace(request, given={**given, "platform": platform, "image": image})

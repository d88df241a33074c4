"""Base images, pinned to the digests that their tags name now."""

import click

from stageplan.cli.keys import request_keys
from stageplan.cli.planning import is_plan_file, native_platform
from stageplan.cli.request import Given, read_request
from stageplan.keys.lock import LOCK_NAME
from stageplan.system.engine import engine_facts


def pin_images(context: str, given: Given, *, offline: bool) -> str:
    """What was pinned, in words; the lock file here is written anew.

    Args:
        context: the build context.
        given: the options.
        offline: no registry may be asked.

    Raises:
        click.UsageError: a registry may not be asked, or a plan file is given.
        UsageError: an option, the lock file or a file of the context cannot be read.
        UnreachableError: an image cannot be pinned.
    """
    if offline:
        raise click.UsageError("--pin asks registries, and --offline does not let it")
    if is_plan_file(context):
        raise click.UsageError(f"'{context}' is a plan, whose images are what they were; pin them before it")
    request = read_request(context, given)
    engine = engine_facts(request.chosen("builder"))
    platform = native_platform(engine)
    keyed = request_keys(request, platform=platform, offline=False, pin=True, mirrors=engine.mirrors)
    count = len(keyed.images.digests)
    return f"pinned {count} image{'' if count == 1 else 's'} in {LOCK_NAME}"

"""The names of the images that a plan publishes."""

from stageplan.dockerfile.references import InvalidReferenceError, parse_reference
from stageplan.errors import UsageError
from stageplan.graph import StageGraph
from stageplan.plan.options import PlanOptions
from stageplan.stages.model import Stage


def check_image(options: PlanOptions) -> None:
    """Nothing, where the names of the image and of the cache are valid.

    Raises:
        UsageError: a name that no registry would take, or one with a tag of its own.
    """
    for flag, value in (("--image", options.image), ("--cache-image", options.cache_image)):
        if value is not None:
            check_repository(flag, value)
    if "," in options.cache_dir or '"' in options.cache_dir or "\n" in options.cache_dir:
        raise UsageError(
            "invalid-cache-dir",
            f"'--cache-dir {options.cache_dir}' has a character that docker's cache options cannot hold",
            hint="take a folder without commas and quotes",
        )


def check_repository(flag: str, value: str) -> None:
    """Nothing, where an option names a repository; `{target}` in it may stand for a target.

    Raises:
        UsageError: a name that no registry would take, or one with a tag of its own.
    """
    try:
        reference = parse_reference(value.replace("{target}", "target"))
    except InvalidReferenceError as error:
        raise UsageError(
            "invalid-image",
            f"'{flag} {value}' is no image repository: {error}",
            hint="it looks like registry.example.com/team/app",
        ) from None
    if reference.tag is not None or reference.digest is not None:
        raise UsageError(
            "image-with-tag",
            f"'{flag} {value}' has a tag or digest",
            hint="name the repository; tags go to --tag",
        )


def image_tags(options: PlanOptions, stage: Stage) -> tuple[str, ...]:
    """Locations of the image of a target, one a tag.

    Raises:
        UsageError: a tag that no registry would take.
    """
    if stage.index in options.images:
        return options.images[stage.index]
    tags = options.tags or ("{scope}",)
    return tuple(_location(options, stage, tag) for tag in dict.fromkeys(tags))


def repositories(options: PlanOptions, graph: StageGraph, targets: tuple[int, ...]) -> dict[int, str]:
    """The location of each target's repository; empty where the plan is local."""
    if options.image is None:
        return {}
    return {
        index: options.images[index][0].rpartition(":")[0]
        if index in options.images
        else _repository(options, graph.stages[index])
        for index in targets
    }


def _repository(options: PlanOptions, stage: Stage) -> str:
    """`{image}`, or the image's name itself where each target has its own."""
    if options.image is None:
        several = len(options.targets) > 1
        return f"{options.name}-{stage.label}" if several else options.name
    if "{target}" in options.image:
        return options.image.replace("{target}", stage.label)
    return "{image}"


def _location(options: PlanOptions, stage: Stage, tag: str) -> str:
    if tag == "{scope}":
        return f"{_repository(options, stage)}:{tag}"
    whole = "/" in tag or ":" in tag
    name = tag if whole else f"{(options.image or options.name).replace('{target}', stage.label)}:{tag}"
    try:
        parse_reference(name)
    except InvalidReferenceError as error:
        raise UsageError(
            "invalid-tag", f"'--tag {tag}' is no valid tag: {error}", hint="letters, digits, '.', '_' and '-'"
        ) from None
    return tag if whole else f"{_repository(options, stage)}:{tag}"

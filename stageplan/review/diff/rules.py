"""What a reviewer may want to forbid: each rule finds what it is named for."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from stageplan.review.diff.changes import Difference


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule of `--fail-on`.

    Attributes:
        summary: what it finds.
        find: what it has to say about a difference, as sentences without a full stop.
    """

    name: str
    summary: str
    find: Callable[[Difference], Iterator[str]]


def broken(difference: Difference, names: Iterable[str]) -> tuple[str, ...]:
    """What the rules of these names find, each sentence after its rule's name."""
    return tuple(f"{name}: {words}" for name in names for words in RULES[name].find(difference))


def _unreached(difference: Difference) -> Iterator[str]:
    for stage in difference.stages:
        if stage.status == "added" and stage.role == "unreached":
            yield f"nothing needs the new stage '{stage.name}'"
        elif stage.reach == "unneeded":
            yield f"nothing needs stage '{stage.name}' any more"


def _images(difference: Difference) -> Iterator[str]:
    for image in difference.images:
        where = ", ".join(f"'{name}'" for name in image.stages)
        if image.old and image.new:
            yield f"'{image.new}' instead of '{image.old}' in {where}"
        elif image.new:
            yield f"'{image.new}' is new, in {where}"


def _removed(difference: Difference) -> Iterator[str]:
    for stage in difference.stages:
        if stage.status == "removed":
            yield f"stage '{stage.name}' is gone"


def _targets(difference: Difference) -> Iterator[str]:
    for stage in difference.stages:
        was = stage.old_role == "target" and stage.status != "removed"
        if was != (stage.role == "target") or (stage.status == "removed" and stage.old_role == "target"):
            verb = "is" if stage.role == "target" and stage.status != "removed" else "is no longer"
            yield f"stage '{stage.name}' {verb} a target"


def _renamed(difference: Difference) -> Iterator[str]:
    for stage in difference.stages:
        if stage.old_name:
            yield f"stage '{stage.old_name}' is called '{stage.name}' now"


def _longer(difference: Difference) -> Iterator[str]:
    if difference.waves > difference.old_waves:
        yield f"stages are built in {difference.waves} waves instead of {difference.old_waves}"


def _reruns(difference: Difference) -> Iterator[str]:
    for stage in difference.stages:
        if stage.runs:
            yield f"stage '{stage.name}' runs again from line {stage.runs[0].line}: {stage.because}"


RULES: Mapping[str, Rule] = {
    rule.name: rule
    for rule in (
        Rule(
            name="unreached", summary="a stage that nothing needs, new or since the change", find=_unreached
        ),
        Rule(name="image", summary="an image that was not named before", find=_images),
        Rule(name="removed", summary="a stage that is gone", find=_removed),
        Rule(name="renamed", summary="a stage with another name", find=_renamed),
        Rule(name="targets", summary="another set of targets", find=_targets),
        Rule(name="waves", summary="more waves, so less can be built side by side", find=_longer),
        Rule(name="runs", summary="anything that runs again", find=_reruns),
    )
}

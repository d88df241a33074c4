"""What each FROM stands for: an earlier stage, an image, or nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from stageplan.dockerfile.instructions import Dockerfile, StageText
from stageplan.dockerfile.platforms import InvalidPlatformError, Platform, parse_platform
from stageplan.dockerfile.problems import UnlocatedError
from stageplan.dockerfile.references import InvalidReferenceError
from stageplan.errors import did_you_mean
from stageplan.stages.global_scope import GlobalScope
from stageplan.stages.named_contexts import context_for

SCRATCH = "scratch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """The base of a stage.

    Attributes:
        name: what FROM names, expanded.
        stage: the earlier stage of that name, or None.
        platform: the value of `--platform`, or None.
        replaced_by: the named context that stands in for the whole stage, or None.
        from_target: the FROM depends on which stage is built.
    """

    name: str
    stage: int | None
    platform: Platform | None
    replaced_by: str | None
    from_target: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Bases:
    """The bases of all stages.

    Attributes:
        bases: one for each stage, in order.
        by_name: the last stage of each name.
    """

    bases: tuple[Base, ...]
    by_name: Mapping[str, int]


def resolve_bases(
    dockerfile: Dockerfile, scope: GlobalScope, contexts: Mapping[str, str], build: Platform, wanted: Platform
) -> Bases:
    """The base of each stage; a name means the latest stage before it that has exactly this name.

    Args:
        dockerfile: whose stages count.
        scope: what FROM lines see.
        contexts: values of `--build-context`, by name.
        build: the platform of the builder, which completes a `--platform` of one word.
        wanted: the platform to build for.

    Raises:
        DockerfileError: a base is blank, a platform is unknown, or a stage's name can be no context's; in any
        stage,
            needed or not.
    """
    bases = list[Base]()
    by_name = dict[str, int]()
    for text in dockerfile.stages:
        word = partial(text.start.place_of_word, 0)
        base = scope.expand(text.base, word)
        if not base.text:
            message = f"base name ({text.base}) should not be blank"
            hint = _unset_hint(base.unset, scope)
            raise UnlocatedError("blank-base", message, hint=hint).located(word())
        platform, platform_names = _platform(text, scope, build)
        replaced_by = _replacement(text, contexts, platform or wanted)
        bases.append(
            Base(
                name=base.text,
                stage=None if replaced_by else by_name.get(base.text),
                platform=platform,
                replaced_by=replaced_by,
                from_target=bool((base.used | platform_names) & scope.from_target),
            )
        )
        if text.name:
            by_name[text.name] = text.index
    return Bases(bases=tuple(bases), by_name=by_name)


def _platform(text: StageText, scope: GlobalScope, build: Platform) -> tuple[Platform | None, frozenset[str]]:
    """The platform that a FROM asks for, and the variables that it is made of."""
    if text.platform is None:
        return None, frozenset()
    place = next(flag.span for flag in text.start.flags if flag.name == "platform")
    platform = scope.expand(text.platform, lambda: place)
    if not platform.text:
        message = f"empty platform value from expression {text.platform}"
        raise UnlocatedError("platform", message, hint=_unset_hint(platform.unset, scope)).located(place)
    try:
        return parse_platform(platform.text, build), platform.used
    except InvalidPlatformError as error:
        message = f"failed to parse platform {text.platform}: {error}"
        raise UnlocatedError("platform", message, hint="write `linux/arm64`").located(place) from None


def _replacement(text: StageText, contexts: Mapping[str, str], platform: Platform) -> str | None:
    """The named context that stands in for a stage, or None."""
    if text.name is None:
        return None
    try:
        return context_for(text.name, contexts, platform)
    except InvalidReferenceError as error:
        place = text.start.place_of_word(2)
        hint = "a stage's name must also be an image's: end it with a letter or a digit"
        raise UnlocatedError("stage-name", str(error), hint=hint).located(place) from None


def _unset_hint(unset: frozenset[str], scope: GlobalScope) -> str:
    """What to do about a variable that has no value."""
    for name in sorted(unset):
        if hint := did_you_mean(name, scope.variables):
            return hint
    return f"declare {' and '.join(sorted(unset)) or 'it'} with a value before the first FROM"

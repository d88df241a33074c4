"""What each stage begins with: its FROM, and what is known of the image behind it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from stageplan.dockerfile.instructions import Dockerfile, StageText
from stageplan.dockerfile.platforms import Platform
from stageplan.stages.bases import SCRATCH, Base
from stageplan.stages.images import ResolvedImage, context_image, resolved_image
from stageplan.stages.named_contexts import is_empty_context
from stageplan.stages.options import ImageConfig, ImageConfigs


@dataclass(frozen=True, slots=True, kw_only=True)
class StageStart:
    """The beginning of a stage.

    Attributes:
        text: the stage in the file.
        base: what its FROM means.
        platform: what it is built for.
        image: the image it starts from, or the named context that replaces it.
        config: what is known of that image, or None.
    """

    text: StageText
    base: Base
    platform: Platform
    image: ResolvedImage
    config: ImageConfig | None

    @property
    def is_empty(self) -> bool:
        """It starts from nothing."""
        if self.image.context is not None:
            return is_empty_context(self.image.context)
        return self.base.stage is None and self.base.name == SCRATCH

    @property
    def environment(self) -> Mapping[str, str] | None:
        """The variables of the image it starts from; None where they are not known."""
        if self.is_empty:
            return {}
        return self.config.environment if self.config else None

    @property
    def directory(self) -> str | None:
        """The working directory of the image it starts from; None where it is not known."""
        if self.is_empty:
            return "/"
        return (self.config.working_directory or "/") if self.config else None

    @property
    def triggers(self) -> tuple[str, ...]:
        """The ONBUILD triggers of the image it starts from, as far as they are known."""
        return self.config.onbuild if self.config else ()


def stage_starts(
    dockerfile: Dockerfile,
    bases: tuple[Base, ...],
    contexts: Mapping[str, str],
    images: ImageConfigs,
    wanted: Platform,
) -> tuple[StageStart, ...]:
    """The beginning of each stage, in order.

    Args:
        dockerfile: the file.
        bases: the base of each stage.
        contexts: values of `--build-context`, by name.
        images: what is known of images.
        wanted: the platform to build for.

    Raises:
        DockerfileError: the base of any stage is no image reference.
    """
    starts = list[StageStart]()
    for text, base in zip(dockerfile.stages, bases, strict=True):
        # a stage that starts from another is built for what that one is built for, whatever its --platform
        # says
        platform = starts[base.stage].platform if base.stage is not None else _own_platform(base, wanted)
        image = _image(text, base, contexts, platform)
        config = images.get((image.ref, platform.format())) if image.ref else None
        starts.append(StageStart(text=text, base=base, platform=platform, image=image, config=config))
    return tuple(starts)


def _own_platform(base: Base, wanted: Platform) -> Platform:
    """What a stage on an image is built for; the empty image is always for the platform that is wanted."""
    if base.platform is None or (base.name == SCRATCH and base.replaced_by is None):
        return wanted
    return base.platform


def _image(text: StageText, base: Base, contexts: Mapping[str, str], platform: Platform) -> ResolvedImage:
    place = partial(text.start.place_of_word, 0)
    if base.stage is not None:
        return ResolvedImage(ref=None)
    image = resolved_image(base.name, contexts, platform, place)
    if base.replaced_by is None:
        return image
    return ResolvedImage(ref=context_image(base.replaced_by, place), context=base.replaced_by)

"""What one build of a keyed plan makes, and of what; the same for every program that builds."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from stageplan.plan.keyed.pieces import Form
from stageplan.plan.model import Cache, ImageInput


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What one build makes, and of what.

    Attributes:
        id: of the build.
        index: of the stage.
        form: what is made of the stage; `ahead`: its first instructions, `run`: nothing but that it is run.
        target: the name of the stage that is built.
        reason: why it is built.
        needs: the steps that come before, besides those that make its images.
        stand_ins: the images that it gets for stages.
        images: the images that it gets for what tags name.
        stages: the stages that it makes itself.
        cache: its cache source, where one is chosen for it.
        tags: locations of the image that is kept; none: nothing is.
    """

    id: str
    index: int
    form: Form | Literal["ahead", "run"]
    target: str
    reason: str
    needs: tuple[str, ...]
    stand_ins: tuple[ImageInput, ...]
    images: tuple[ImageInput, ...]
    stages: frozenset[int]
    cache: Cache | None
    tags: tuple[str, ...]

    @property
    def inputs(self) -> tuple[ImageInput, ...]:
        """All images that it gets."""
        return (*self.stand_ins, *self.images)

    @property
    def all_needs(self) -> tuple[str, ...]:
        """All steps that come before, once."""
        made = (*_makers(self.stand_ins), *self.needs, *_makers(self.images))
        return tuple(dict.fromkeys(made))


def _makers(images: tuple[ImageInput, ...]) -> Iterator[str]:
    """The steps that make images."""
    return (image.build for image in images if image.build is not None)

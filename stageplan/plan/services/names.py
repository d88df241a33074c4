"""The names of the services' images, and the one by which others take each."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from stageplan.plan.scope import image_name
from stageplan.plan.services.service import Service

_NOWHERE: Final = "stageplan.invalid"
"""A registry that never answers: the engine asks one before it looks what it holds itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """The names of one service's image.

    Attributes:
        images: whole references that the image gets.
        address: the reference by which other services take it; one of its own where nothing is pushed.
        pushed: whether it goes to a registry.
    """

    images: tuple[str, ...]
    address: str
    pushed: bool


def image_names(services: Iterable[Service], *, project: str, read_only: bool) -> dict[str, Names]:
    """The names, by service.

    What may push nothing takes no image that somebody else pushed for its own, nor stands in for it.

    Args:
        project: the folder of the file.
        read_only: nothing is pushed.
    """
    return {service.name: _names(service, image_name(project), read_only=read_only) for service in services}


def _names(service: Service, project: str, *, read_only: bool) -> Names:
    if service.is_pushed and not read_only:
        return Names(images=service.images, address=service.images[0], pushed=True)
    own = f"{project}-{image_name(service.name)}:latest"
    kept = service.images if service.images and not service.is_pushed else (own,)
    return Names(images=kept, address=f"{_NOWHERE}/{own}", pushed=False)

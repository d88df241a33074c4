"""Services that one plan builds, in an order in which each finds the images that it takes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from stageplan.errors import UsageError
from stageplan.plan.services.service import Service


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedImage:
    """The image of another service, as one takes it.

    Attributes:
        name: of the named context that stands for it: the link's, or the image in the Dockerfile.
        service: whose image it is.
    """

    name: str
    service: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """A service and what its Dockerfile says.

    Attributes:
        stage: index of its target.
        stage_name: None for a last stage without a name.
        uses: the images of other services that it takes.
    """

    service: Service
    stage: int
    stage_name: str | None
    uses: tuple[UsedImage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Services that one plan builds: the same Dockerfile with the same inputs, each another stage of it."""

    members: tuple[Resolved, ...]

    @property
    def first(self) -> Service:
        """The service whose inputs are those of all."""
        return self.members[0].service

    @property
    def uses(self) -> tuple[UsedImage, ...]:
        """The images of other services that it takes."""
        return self.members[0].uses

    @property
    def names(self) -> tuple[str, ...]:
        """Its services."""
        return tuple(member.service.name for member in self.members)


def grouped(services: Sequence[Resolved]) -> tuple[Group, ...]:
    """The groups, each after those whose images it takes, else by the names of their services.

    Raises:
        UsageError: services take each other's images in a circle.
    """
    ordered = _in_order(services)
    groups: dict[object, list[Resolved]] = {}
    for position, resolved in enumerate(ordered):
        groups.setdefault(_key(resolved, groups, position), []).append(resolved)
    members = {key: Group(members=tuple(found)) for key, found in groups.items()}
    return tuple(members.values())


def _key(resolved: Resolved, groups: Mapping[object, Sequence[Resolved]], position: int) -> object:
    """What services of one group have in common; a stage that is there already makes a group of its own."""
    service = resolved.service
    key = (
        service.context,
        service.dockerfile,
        service.build_args,
        service.contexts,
        service.links,
        service.secrets,
        service.ssh,
        service.platform,
        service.is_pushed,
        resolved.uses,
    )
    taken = {other.stage for other in groups.get(key, ())}
    alone = resolved.stage_name is None or resolved.stage in taken
    return (position, *key) if alone else key


def _in_order(services: Sequence[Resolved]) -> tuple[Resolved, ...]:
    by_name = {resolved.service.name: resolved for resolved in services}
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for name, resolved in sorted(by_name.items()):
        sorter.add(name, *sorted({use.service for use in resolved.uses}))
    try:
        sorter.prepare()
    except CycleError as error:
        circle: list[str] = error.args[1]
        raise UsageError(
            "service-cycle",
            f"services take each other's images in a circle: {' -> '.join(circle)}",
            hint="take one of them from a stage of the same Dockerfile",
        ) from None
    found: list[str] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        found += ready
        sorter.done(*ready)
    return tuple(by_name[name] for name in found)

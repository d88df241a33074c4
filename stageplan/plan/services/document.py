"""The plans of several services, in order, as JSON and back."""

from typing import Annotated, Literal

import msgspec

from stageplan.errors import UsageError
from stageplan.plan.document import decode_plan
from stageplan.plan.model import Data, Plan


class ServicePlan(Data, frozen=True, kw_only=True):
    """The plan of services that come from one Dockerfile.

    Attributes:
        names: of the services.
        takes: the services whose images it takes; their plans come before it.
    """

    names: tuple[str, ...]
    takes: tuple[str, ...] = ()
    plan: Plan


class ServicePlans(Data, frozen=True, kw_only=True):
    """What is done, one plan after the other; there is one at least."""

    version: Literal[1] = 1
    services: Annotated[tuple[ServicePlan, ...], msgspec.Meta(min_length=1)]


def encode_plans(plans: ServicePlans) -> bytes:
    """The plans as JSON with a line end; the same plans give the same bytes."""
    return msgspec.json.format(msgspec.json.encode(plans), indent=2) + b"\n"


def decode_plans(data: bytes, *, path: str) -> ServicePlans:
    """The plans that a file holds.

    Args:
        path: of the file, for messages.

    Raises:
        UsageError: it is of another version, or holds no such plans.
    """
    try:
        plans = msgspec.json.decode(data, type=ServicePlans)
    except msgspec.ValidationError as error:
        raise UsageError(
            "plan-invalid", f"'{path}' holds no plans of services: {str(error).lower()}", hint="plan again"
        ) from None
    for service in plans.services:
        decode_plan(msgspec.json.encode(service.plan), path=path)
    return plans

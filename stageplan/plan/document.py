"""A plan as JSON, and back."""

import msgspec

from stageplan.errors import UsageError
from stageplan.plan.model import VERSION, Plan
from stageplan.plan.strategies import STRATEGIES
from stageplan.plan.validation import check_plan


def encode_plan(plan: Plan) -> bytes:
    """The plan as JSON with a line end; the same plan gives the same bytes."""
    return msgspec.json.format(msgspec.json.encode(plan), indent=2) + b"\n"


def decode_plan(data: bytes, *, path: str) -> Plan:
    """The plan that a file holds.

    Args:
        path: of the file, for messages.

    Raises:
        UsageError: it is no JSON, of another version, or not a plan.
    """
    try:
        raw = msgspec.json.decode(data)
    except msgspec.DecodeError as error:
        raise UsageError(
            "plan-unreadable",
            f"'{path}' is no JSON: {_lower(error)}",
            hint=f"write it again with plan -o {path}",
        ) from None
    version = raw.get("version") if isinstance(raw, dict) else None
    if version != VERSION:
        raise UsageError(
            "plan-version",
            f"'{path}' is no plan of version {VERSION}",
            hint=f"write it again with plan -o {path}",
        )
    try:
        plan = msgspec.convert(raw, Plan)
    except msgspec.ValidationError as error:
        raise UsageError("plan-invalid", f"'{path}' is no plan: {_lower(error)}", hint="plan again") from None
    if plan.strategy not in STRATEGIES:
        raise UsageError(
            "plan-invalid", f"'{path}' names the strategy '{plan.strategy}', which does not exist"
        )
    check_plan(plan)
    return plan


def check_fits(plan: Plan, dockerfile_digest: str, *, path: str) -> None:
    """Nothing, where the Dockerfile is still the one that the plan was made for.

    Args:
        dockerfile_digest: of the Dockerfile as it is now.
        path: of the plan file, for messages.

    Raises:
        UsageError: it is another.
    """
    if dockerfile_digest != plan.inputs.dockerfile_digest:
        raise UsageError(
            "plan-stale",
            f"'{path}' was made for another '{plan.inputs.dockerfile}' than the one that is there now",
            hint="plan again",
        )


def plan_schema() -> bytes:
    """The JSON Schema of a plan file, as it ships with the package."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **msgspec.json.schema(Plan)}
    return msgspec.json.format(msgspec.json.encode(schema, order="sorted"), indent=2) + b"\n"


def _lower(error: Exception) -> str:
    text = str(error)
    return text[:1].lower() + text[1:]

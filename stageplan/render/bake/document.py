"""A plan as what a bake file says, before it is spelled as JSON or HCL."""

from dataclasses import dataclass

import msgspec

from stageplan.errors import UsageError
from stageplan.plan.model import Build, MoveTags, Plan
from stageplan.render.bake.functions import FUNCTIONS, variables
from stageplan.render.bake.targets import arguments_from_environment, tags_target, target, target_name
from stageplan.render.bake.terms import Expression, Term, Text
from stageplan.render.bake.waves import waves

_TAGS = "tags"


@dataclass(frozen=True, slots=True, kw_only=True)
class BakeDocument:
    """What a bake file says.

    Attributes:
        comments: lines for whoever reads it.
        variables: what the environment may change, with the values that hold otherwise; None: none does.
        functions: by name, the parameters and the result.
        groups: names of targets, in the order in which the groups are to be run.
        targets: their attributes.
    """

    comments: tuple[str, ...]
    variables: dict[str, Text | None]
    functions: dict[str, tuple[tuple[str, ...], Expression]]
    groups: dict[str, tuple[str, ...]]
    targets: dict[str, dict[str, Term]]


def bake_document(plan: Plan, *, version: str) -> BakeDocument:
    """The plan for bake: a target for each build, a group for each wave.

    Args:
        version: of stageplan, for the comments.

    Raises:
        UsageError: the plan needs more than bake can do.
    """
    _check(plan)
    targets = {target_name(step.id): target(plan, step) for step in plan.steps if isinstance(step, Build)}
    groups = {
        f"wave-{number}": tuple(target_name(build.id) for build in wave)
        for number, wave in enumerate(waves(plan), start=1)
    }
    moves = _moves(plan)
    if moves:
        targets |= moves
        groups[_TAGS] = tuple(moves)
    return BakeDocument(
        comments=_comments(plan, tuple(groups), version),
        variables=variables(plan.parameters) | dict.fromkeys(arguments_from_environment(plan)),
        functions=FUNCTIONS,
        groups=groups,
        targets=targets,
    )


def _check(plan: Plan) -> None:
    """Nothing, where every step is a build by buildx or a move of tags that such a build has made."""
    for step in plan.steps:
        match step:
            case Build(builder="buildx", inputs=()) | MoveTags(digest=None, joined=msgspec.UNSET):
                continue
            case _:
                raise UsageError(
                    "bake-strategy",
                    f"bake cannot do step '{step.id}' of the strategy '{plan.strategy}'",
                    hint="take --strategy registry, inline or local, or --format sh",
                )


def _moves(plan: Plan) -> dict[str, dict[str, Term]]:
    """Targets that push what was built under the tags that move last."""
    builds = {step.id: step for step in plan.steps if isinstance(step, Build)}
    return {
        target_name(step.id): tags_target(plan, builds[step.build], step.tags)
        for step in plan.steps
        if isinstance(step, MoveTags) and step.build is not None
    }


def _comments(plan: Plan, groups: tuple[str, ...], version: str) -> tuple[str, ...]:
    return (
        "One build per stage of a Dockerfile, each with one cache source.",
        f"Made by stageplan {version} with the strategy {plan.strategy}. Run the groups one after the other:",
        f'  for group in {" ".join(groups)}; do docker buildx bake -f FILE "$group" || exit; done',
        "Two builds that share stages in one call miss the cache at random.",
        "Variables of the same names in the environment change what was planned. STAGEPLAN_SOURCE_SCOPE is",
        "the scope whose caches are taken, where that is not what was found when this file was made.",
    )

"""One plan for several platforms: what they share is built once, and their images make one index."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from stageplan.errors import UsageError
from stageplan.graph import StageGraph
from stageplan.plan.model import Build, MoveTags, Plan, StageDecision, Step
from stageplan.plan.strategies import STRATEGIES
from stageplan.plan.strategies.keyed import KEYED
from stageplan.plan.validation import check_plan

_ACTIONS = ("skip", "fold", "build")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformPlan:
    """The plan for one platform, made as one of several.

    Attributes:
        graph: of the stages, as this platform makes them.
    """

    platform: str
    graph: StageGraph
    plan: Plan


def check_platforms(platforms: Sequence[str], strategy: str, image: str | None) -> None:
    """Nothing, where a plan for one platform or for several can be made.

    Raises:
        UsageError: an index of images is to be made, and there is no place for it, or not by this strategy.
    """
    if len(platforms) < 2:  # noqa: PLR2004 - several
        return
    if image is None:
        raise UsageError(
            "platforms-image",
            f"'--platform {','.join(platforms)}' makes an index, and there is no --image to push it to",
            hint="name an --image, or plan for one platform",
        )
    known = STRATEGIES.get(strategy)
    if strategy == KEYED or (known is not None and known.builder != "buildx"):
        reason = "keys are for one platform" if strategy == KEYED else "its builder makes no index"
        raise UsageError(
            "platforms-strategy",
            f"strategy '{strategy}' plans for one platform at a time: {reason}",
            hint="take --strategy registry or inline, or plan for each platform by itself",
        )


def joined(parts: Sequence[PlatformPlan]) -> Plan:
    """The one plan; a stage that is the same for several platforms is built for the first of them alone."""
    first = parts[0].plan
    check_platforms([part.platform for part in parts], first.strategy, first.parameters.image)
    names = _names(parts)
    builds: dict[str, Build] = {}
    for part in parts:
        for step in part.plan.steps:
            if isinstance(step, Build):
                renamed = _renamed(step, names[part.platform], part.platform)
                known = builds.get(renamed.id)
                builds[renamed.id] = renamed if known is None else _with_consumers(known, renamed)
    plan = msgspec.structs.replace(
        first,
        inputs=msgspec.structs.replace(first.inputs, platform=",".join(part.platform for part in parts)),
        stages=tuple(map(_decision, zip(*(part.plan.stages for part in parts), strict=True))),
        steps=(*builds.values(), *_moves(parts, names, tuple(builds))),
        warnings=tuple(dict.fromkeys(text for part in parts for text in part.plan.warnings)),
    )
    check_plan(plan)
    return plan


def _names(parts: Sequence[PlatformPlan]) -> dict[str, dict[str, str]]:
    """By platform, the new id of each build: one for what platforms share, else with the platform in it."""
    found: dict[str, dict[str, str]] = {}
    for position, part in enumerate(parts):
        found[part.platform] = {}
        for step in part.plan.steps:
            if not isinstance(step, Build):
                continue
            owner = next(
                (
                    other.platform
                    for other in parts[:position]
                    if step.id in found[other.platform]
                    and not step.wants_digest
                    and _is_same(part.graph, other.graph, step.index)
                ),
                part.platform,
            )
            found[part.platform][step.id] = f"{step.id}@{owner.replace('/', '-')}"
    return found


def _is_same(graph: StageGraph, other: StageGraph, index: int) -> bool:
    """Whether a stage, and all that it comes from, is the same for two platforms."""
    reached = graph.reached_from({index})
    return reached == other.reached_from({index}) and all(
        graph.stages[at] == other.stages[at] for at in reached
    )


def _renamed(build: Build, names: Mapping[str, str], platform: str) -> Build:
    return msgspec.structs.replace(
        build,
        id=names[build.id],
        needs=tuple(names[need] for need in build.needs),
        unpack_for=tuple(names[other] for other in build.unpack_for),
        platform=platform,
    )


def _with_consumers(build: Build, again: Build) -> Build:
    """A build that platforms share; it leaves layers for the consumers of all of them."""
    return msgspec.structs.replace(
        build, unpack_for=tuple(dict.fromkeys((*build.unpack_for, *again.unpack_for)))
    )


def _moves(
    parts: Sequence[PlatformPlan], names: Mapping[str, Mapping[str, str]], builds: tuple[str, ...]
) -> tuple[Step, ...]:
    """For each target the step that points its tags at one index of what was built for each platform."""
    return tuple(
        msgspec.structs.replace(
            step,
            reason="one index for all platforms; tags move last, when every build has succeeded",
            needs=builds,
            build=names[parts[0].platform][step.build],
            joined=tuple(names[part.platform][step.build] for part in parts[1:]),
        )
        for step in parts[0].plan.steps
        if isinstance(step, MoveTags) and step.build is not None
    )


def _decision(decisions: tuple[StageDecision, ...]) -> StageDecision:
    """What becomes of a stage on the platform that does most with it."""
    return max(decisions, key=lambda decision: _ACTIONS.index(decision.action))

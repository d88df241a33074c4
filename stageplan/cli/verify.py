"""`stageplan run --verify`."""

import random
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec import UNSET

from stageplan.cli.output import say
from stageplan.cli.planning import engine_for, is_plan_file, planned
from stageplan.cli.request import Given, plan_options, read_request
from stageplan.cli.run import carried_out
from stageplan.errors import UnreachableError, UsageError
from stageplan.plan.keyed.verification import has_files, kept_by, verification
from stageplan.plan.locations import resolve, values_of
from stageplan.plan.model import Build, Plan, StageDecision
from stageplan.plan.strategies.keyed import KEYED
from stageplan.review.trees import differences, read_tree
from stageplan.run.report import Verified
from stageplan.run.report_of import failure_of
from stageplan.system.registry import Registry

_ANY = "any"
_SHOWN = 20
_LEFT = frozenset({"present", "skip"})  # what a plan does with a stage that it does not build


def stage_to_verify(plan: Plan, context: str, name: str) -> StageDecision | None:
    """The stage that is to be made anew; None where any would do, and there is none.

    Args:
        plan: what is carried out before.
        context: the build context, or the path of a plan file.
        name: of the stage, or `any`.

    Raises:
        UsageError: nothing of this plan is kept by key (`verify-keyed`), or not this stage (`verify-stage`).
    """
    if is_plan_file(context):
        raise cannot_verify("a plan file")
    if plan.strategy != KEYED:
        raise cannot_verify(f"strategy '{plan.strategy}'")
    if plan.inputs.engine != "docker":
        raise UsageError(
            "verify-keyed",
            f"--verify compares files that docker writes out, and the engine is {plan.inputs.engine}",
            hint="verify where docker is",
        )
    needed = () if plan.keys is UNSET else plan.keys
    keyed = {record.name for record in needed if record.key is not None}
    kept = {stage.name: stage for stage in plan.stages if stage.name in keyed and stage.action in _LEFT}
    if name == _ANY:
        return random.choice([*kept.values()]) if kept else None  # noqa: S311 - it guards nothing
    if name.lower() not in kept:
        raise _not_kept(name, kept)
    return kept[name.lower()]


def cannot_verify(what: str) -> UsageError:
    """The error for what `--verify` is of no use for."""
    return UsageError(
        "verify-keyed",
        f"--verify makes anew what strategy 'keyed' has kept, and this is {what}",
        hint="name a build context, and take --strategy keyed",
    )


def verified(stage: StageDecision, context: str, given: Given, *, jobs: int, logs: bool) -> Verified:
    """What came of making a stage anew beside what is kept of it.

    Raises:
        UsageError: what the stage takes from is not there, and nothing may be written (`verify-inputs`).
        StepError: it cannot be built any more.
        UnreachableError: the registry does not answer, or does not have it any more.
    """
    say(f"\n{stage.name} is made anew, to compare it with what is kept of it")
    request = read_request(context, given)
    alone = {"stages": (stage.name,), "no_cache": (stage.name,), "read_only": False}
    plan = planned(
        replace(request, given={**given, **alone}), engine_for(request, offline=False), offline=False
    )
    build = kept_by(plan, stage.index)
    if build is None:
        raise _not_kept(stage.name, ())
    with TemporaryDirectory(prefix="stageplan-") as folder:
        kept, again = Path(folder, "kept.tar"), Path(folder, "again.tar")
        compared = verification(plan, build, _kept_digest(plan, build), kept=str(kept), again=str(again))
        if plan_options(request).read_only and _pushes(compared):
            raise UsageError(
                "verify-inputs",
                f"what '{stage.name}' takes from is not in the registry, and nothing may be written",
                hint="verify where images may be pushed",
            )
        failure = failure_of(carried_out(compared, jobs=jobs, logs=logs))
        if failure is not None:
            raise failure
        if not has_files(build):
            return Verified(stage=stage.name, path_count=0, differences=())
        with kept.open("rb") as old, again.open("rb") as new:
            before, after = read_tree(old), read_tree(new)
    return Verified(stage=stage.name, path_count=len(before), differences=differences(before, after))


def verified_text(done: Verified) -> str:
    """What came of it, in words."""
    if not done.differences:
        same = f"all {done.path_count} paths are the same" if done.path_count else "it succeeds as it did"
        return f"{done.stage} was made anew: {same}"
    shown = [f"  {line}" for line in done.differences[:_SHOWN]]
    if len(done.differences) > _SHOWN:
        shown.append(f"  and {len(done.differences) - _SHOWN} more")
    count = f"{len(done.differences)} of {done.path_count} paths differ"
    return "\n".join((f"{done.stage} was made anew: {count} from what is kept", *shown))


def _not_kept(name: str, kept: Collection[str]) -> UsageError:
    return UsageError(
        "verify-stage",
        f"stage '{name}' is not kept, or is built by this plan anyway",
        hint=f"these are kept: {', '.join(kept)}" if kept else "verify it in a later run",
    )


def _kept_digest(plan: Plan, build: Build) -> str:
    """The digest of what the registry has of the stage."""
    ref = resolve(build.tags[0], values_of(plan.parameters))
    digest = Registry().exists(ref)
    if digest is None:
        raise UnreachableError("no-such-ref", f"there is no '{ref}' any more", hint="run again")
    return digest


def _pushes(plan: Plan) -> bool:
    return any(isinstance(step, Build) and step.output == "push" for step in plan.steps)

"""The report of a run, made of what became of its steps."""

from collections.abc import Iterable, Sequence

from stageplan.errors import StageplanError, StepError, UnreachableError
from stageplan.plan.model import Build, Plan, StageDecision
from stageplan.run.outcome import Outcome
from stageplan.run.report import (
    VERSION,
    Failure,
    InstructionReport,
    Report,
    StageReport,
    StageState,
    StepReport,
)
from stageplan.run.session import SeenInstruction

_UNREACHABLE = "step-unreachable"


def report_of(plan: Plan, outcomes: Sequence[Outcome], *, seconds: float) -> Report:
    """The report.

    Args:
        outcomes: of the plan's steps.
        seconds: from the beginning of the run to its end.
    """
    stages = tuple(_stage(stage, outcomes) for stage in plan.stages if stage.action != "skip")
    instructions = [instruction for stage in stages for instruction in stage.instructions]
    steps = tuple(_step(outcome) for outcome in outcomes)
    return Report(
        version=VERSION,
        strategy=plan.strategy,
        scope=plan.parameters.scope,
        ok=not any(outcome.blocks for outcome in outcomes),
        seconds=_rounded(seconds),
        rerun_count=sum(not instruction.cached for instruction in instructions),
        cached_count=sum(instruction.cached for instruction in instructions),
        bytes_down=sum(step.bytes_down for step in steps),
        bytes_up=sum(step.bytes_up or 0 for step in steps),
        stages=stages,
        steps=steps,
        warnings=tuple(dict.fromkeys(text for outcome in outcomes for text in outcome.run.warnings)),
    )


def failure_of(report: Report) -> StageplanError | None:
    """The error for the first step that failed, with its last lines; None where none did."""
    for step in report.steps:
        if step.failure is not None:
            family = UnreachableError if step.failure.rule == _UNREACHABLE else StepError
            return family(
                step.failure.rule,
                step.failure.message,
                hint=step.failure.hint or None,
                excerpt="\n".join(f"    {line}" for line in step.failure.log),
            )
    return None


def _stage(stage: StageDecision, outcomes: Iterable[Outcome]) -> StageReport:
    runs = [outcome.run for outcome in outcomes]
    seen = [found for run in runs for found in run.seen if found.stage == stage.name]
    instructions = _instructions(seen)
    missed = next((instruction.text for instruction in instructions if not instruction.cached), None)
    failed = any(found.failed for found in seen) or any(
        outcome.failure is not None and _builds(outcome, stage) for outcome in outcomes
    )
    left_out = not seen and any(
        outcome.state == "skipped" and _builds(outcome, stage) for outcome in outcomes
    )
    return StageReport(
        index=stage.index,
        name=stage.name,
        state="failed" if failed else "skipped" if left_out else _state(instructions),
        instructions=instructions,
        first_miss=missed,
        seconds=_rounded(sum(instruction.seconds for instruction in instructions)),
        bytes_down=sum(run.pulled.get(stage.name, 0) for run in runs),
    )


def _builds(outcome: Outcome, stage: StageDecision) -> bool:
    step = outcome.run.step
    return isinstance(step, Build) and step.index == stage.index


def _instructions(seen: Iterable[SeenInstruction]) -> tuple[InstructionReport, ...]:
    """Each instruction once, in file order; it ran if it ran in any build."""
    builds: dict[tuple[tuple[str, int], str], list[SeenInstruction]] = {}
    for found in seen:
        builds.setdefault((found.order, found.text), []).append(found)
    return tuple(
        InstructionReport(
            position=same[-1].position,  # the beginning of a stage counts fewer than the whole
            text=same[0].text,
            cached=all(found.cached for found in same),
            seconds=_rounded(sum(found.seconds for found in same)),
        )
        for _, same in sorted(builds.items())
    )


def _state(instructions: Sequence[InstructionReport]) -> StageState:
    """A stage in which nothing runs is a hit."""
    cached = sum(instruction.cached for instruction in instructions)
    if cached == len(instructions):
        return "hit"
    return "partly" if cached else "built"


def _step(outcome: Outcome) -> StepReport:
    run = outcome.run
    return StepReport(
        id=run.step.id,
        kind=str(run.step.__struct_config__.tag),
        state=outcome.state,
        seconds=_rounded(outcome.seconds),
        started=_rounded(outcome.started),
        attempts=run.attempts,
        commands=tuple(run.commands),
        bytes_down=run.down,
        bytes_up=run.up,
        note=run.note,
        failure=_failure(outcome),
    )


def _failure(outcome: Outcome) -> Failure | None:
    failure = outcome.failure
    if failure is None:
        return None
    command = outcome.run.last_command
    return Failure(
        rule=_UNREACHABLE if failure.passing else "step-failed",
        message=failure.text,
        hint=f"repeat it with: {command}" if command else "",
        log=failure.log,
    )


def _rounded(seconds: float) -> float:
    """To the millisecond."""
    return round(seconds, 3)

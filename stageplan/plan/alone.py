"""The stages that `--stage` names: what is built alone, for instance by one CI job of many."""

from collections.abc import Collection, Iterable

from stageplan.errors import UsageError
from stageplan.graph import StageGraph
from stageplan.plan.model import StageDecision


def stages_alone(
    graph: StageGraph,
    names: Iterable[str],
    decisions: Collection[StageDecision],
    *,
    strategy: str,
    keeps: bool,
) -> tuple[int, ...]:
    """The indexes of the stages that are built alone, in file order; empty: all that are needed.

    Args:
        decisions: what becomes of each stage in the whole plan.
        strategy: its name.
        keeps: whether what it builds can be found by a later plan of any other stage.

    Raises:
        UsageError: there is no such stage, it has no build of its own, or the strategy cannot do this.
    """
    named = tuple(names)
    if named and not keeps:
        raise UsageError(
            "stage-strategy",
            f"strategy '{strategy}' builds no stage alone, and --stage is given",
            hint="leave it out, or take --strategy keyed",
        )
    actions = {decision.index: decision for decision in decisions}
    found = set()
    for name in named:
        decision = actions[graph.find(name).index]
        if decision.action != "build":
            own = [each.name for each in decisions if each.action == "build"]
            raise UsageError(
                "stage-alone",
                f"stage '{decision.name}' has no build of its own: {decision.reason}",
                hint=f"these have one: {', '.join(own)}",
            )
        found.add(decision.index)
    return tuple(sorted(found))

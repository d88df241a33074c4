"""The keys of the stages of a file."""

from collections.abc import Iterable

from stageplan.graph import StageGraph
from stageplan.keys.digests import digest_of_texts
from stageplan.keys.frontends import foreign_frontend
from stageplan.keys.inputs import instruction_inputs
from stageplan.keys.model import KeyFacts, KeyInput, StageKey
from stageplan.keys.origins import Origins
from stageplan.keys.steering import stage_steering
from stageplan.keys.views import key_digests
from stageplan.stages.model import Stage

NOT_NEEDED = "no target needs it"


def stage_keys(
    graph: StageGraph, facts: KeyFacts, targets: Iterable[int] | None = None
) -> tuple[StageKey, ...]:
    """The key of every stage, in file order; one that no target needs has none.

    Args:
        graph: the stages.
        facts: what the file alone does not say.
        targets: indexes of the stages that are built; None for the graph's own target.

    Raises:
        DockerfileError: the builder refuses a target, or a needed stage reads a file that is not there.
        UsageError: a file cannot be read.
    """
    wanted = (graph.target,) if targets is None else tuple(targets)
    graph.check(wanted)
    reached = graph.reached_from(wanted)
    labels = tuple(stage.label for stage in graph.stages)
    frontend = foreign_frontend(graph.dockerfile, facts.build_args)
    keys = dict[int, StageKey]()
    # what a named context replaces may stand below what takes from it; every other source stands above
    for index in sorted(reached, key=lambda index: (graph.stages[index].replaced_by is None, index)):
        stage = graph.stages[index]
        inputs = tuple(_inputs(stage, Origins(stage, labels, keys, facts), facts))
        parent = None if stage.base_stage is None else keys[stage.base_stage]
        keys[index] = _key(index, inputs, parent, frontend)
    return tuple(keys.get(stage.index) or _unneeded(stage.index) for stage in graph.stages)


def artifact_key(key: StageKey, paths: Iterable[str]) -> str:
    """The key of an image that holds only these paths of a stage, 64 hexadecimal digits.

    Args:
        key: of a stage that has one.
        paths: in any order.
    """
    return digest_of_texts("artifact", (key.files or "", *sorted(set(paths))))


def _inputs(stage: Stage, origins: Origins, facts: KeyFacts) -> Iterable[KeyInput]:
    base = origins.base()
    if base.kind != "base-stage":
        yield KeyInput(kind="platform", name="platform", value=stage.effective_platform, line=stage.span.line)
    yield base
    yield from stage_steering(facts.build_args)
    for instruction in stage.instructions:
        yield from instruction_inputs(instruction, origins, facts)


def _key(index: int, inputs: tuple[KeyInput, ...], parent: StageKey | None, frontend: str | None) -> StageKey:
    reason = frontend or next((item.unknown for item in inputs if item.unknown), None)
    if reason:
        return StageKey(index=index, digest=None, state=None, files=None, inputs=inputs, unkeyed=reason)
    digests = key_digests(inputs, parent)
    return StageKey(
        index=index,
        digest=digests.digest,
        state=digests.state,
        files=digests.files,
        inputs=inputs,
        unkeyed=None,
    )


def _unneeded(index: int) -> StageKey:
    return StageKey(index=index, digest=None, state=None, files=None, inputs=(), unkeyed=NOT_NEEDED)

"""Which stage of the plan an instruction belongs to, by what the builder calls it."""

from stageplan.plan.keyed.stage_names import virtual_stage
from stageplan.plan.model import Plan
from stageplan.run.vertex_names import VertexName


class StageNames:
    """Finds stages by their names; where two share one, the later, which hides the earlier.

    The beginning of a stage that a keyed plan builds on its own is a part of that stage.
    """

    def __init__(self, plan: Plan) -> None:
        self._stages = plan.stages
        self._by_name = {stage.name.lower(): stage for stage in plan.stages}
        self._by_name |= {
            virtual_stage(form, name): stage
            for name, stage in tuple(self._by_name.items())
            for form in ("prefix", "beginning")
        }

    def of(self, place: VertexName) -> str:
        """The name of the stage, as the plan writes it."""
        if place.stage is None:
            return self._stages[0].name  # a lone stage without a name
        found = self._by_name.get(place.stage.lower())
        return place.stage if found is None else found.name

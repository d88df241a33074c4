"""In which forms the builds of the whole plan take a stage."""

from stageplan.plan.keyed.pieces import Form, Pieces
from stageplan.plan.keyed.reach import reach


def wanted_forms(pieces: Pieces, index: int) -> tuple[Form, ...]:
    """The forms of a stage that others take, and those in which the plan publishes or runs it.

    Empty where no image can stand in for the stage: what needs it builds it along.
    """
    work = pieces.work
    roots = [at for at in work.built if at in work.targets or at in work.checks or pieces.stands_in(at)]
    found: set[Form] = {form for at in roots if (form := reach(pieces, {at: None})[1].get(index))}
    if index in work.targets:
        found.add("image")
    if index in work.checks:
        found.add("marker")
    order: tuple[Form, ...] = ("image", "artifact", "marker")
    return tuple(form for form in order if form in found)

"""Which builds may run in one call of bake."""

from stageplan.plan.model import Build, Plan


def waves(plan: Plan) -> tuple[tuple[Build, ...], ...]:
    """The builds of a plan in waves, each to be run when the one before it is over.

    In a wave no build needs another, and no two come to the same stage: in one call BuildKit would mix their
    cache sources, and miss at random.
    """
    found: list[list[Build]] = []
    wave_of: dict[str, int] = {}
    for step in plan.steps:
        if not isinstance(step, Build):
            continue
        at = 1 + max((wave_of[need] for need in step.needs if need in wave_of), default=-1)
        while at < len(found) and any({*step.stages} & {*other.stages} for other in found[at]):
            at += 1
        if at == len(found):
            found.append([])
        found[at].append(step)
        wave_of[step.id] = at
    return tuple(map(tuple, found))

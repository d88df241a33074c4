"""`keyed`: images by content key, so that what is in the registry is never built, pulled or pushed again."""

from itertools import chain

from msgspec.structs import replace

from stageplan.plan.engines import needs_buildx
from stageplan.plan.facts import EngineFacts
from stageplan.plan.keyed.bases import Bases
from stageplan.plan.keyed.builds import Builds
from stageplan.plan.keyed.derived import derived_text
from stageplan.plan.keyed.facts import KeyedFacts
from stageplan.plan.keyed.pieces import KeptImage, Pieces
from stageplan.plan.layers import keeps_layers, refuses_layers
from stageplan.plan.model import Build, StageDecision
from stageplan.plan.options import PlanOptions
from stageplan.plan.strategies.base import Draft, Strategy
from stageplan.plan.work import Work

KEYED = "keyed"
_SHOWN = 12  # digits of a key


def locations(work: Work) -> tuple[str, ...]:
    """Where to look before a plan is made: images by key, and the tags of the targets."""
    tags = chain.from_iterable(work.tags.values()) if work.publishes else ()
    facts = _facts(work)
    pieces = Pieces(work, facts.keys)
    kept = (image.location for image in pieces.kept())
    bases = (base.location for base in Bases(pieces, facts).packed.values())
    return tuple(dict.fromkeys((*kept, *bases, *tags)))


def kept_images(work: Work) -> tuple[KeptImage, ...]:
    """The images of stages that may be there by key."""
    return tuple(Pieces(work, _facts(work).keys).kept())


def _facts(work: Work) -> KeyedFacts:
    if work.keyed is None:
        message = "the strategy 'keyed' is planned with the keys of the stages"
        raise ValueError(message)
    return work.keyed


def _draft(work: Work) -> Draft:
    builds = Builds(work, _facts(work))
    return Draft(
        steps=tuple(builds.steps.values()), decisions=_decisions(work, builds), derived=_derived(builds)
    )


def _derived(builds: Builds) -> str | None:
    steps = builds.steps.values()
    targets = {step.target for step in steps if isinstance(step, Build) and step.target is not None}
    return derived_text(builds.pieces, targets, builds.ahead) if targets else None


def _decisions(work: Work, builds: Builds) -> tuple[StageDecision, ...]:
    def decided(decision: StageDecision) -> StageDecision:
        key = builds.pieces.keys[decision.index]
        if key.digest is None and decision.action == "build" and decision.index not in builds.reasons:
            return replace(decision, action="fold", reason=f"it has no key: {key.unkeyed}")
        if decision.action != "build":
            return decision
        used = builds.used.get(decision.index, {})
        size = sum(used.values())
        if decision.index in builds.reasons:
            return replace(decision, reason=builds.reasons[decision.index], bytes_down=size)
        if used:
            place = next(iter(used)).rpartition(":")[2]
            form, _, digits = place.partition("-")
            return replace(
                decision,
                action="present",
                reason=f"its {form} is in the registry, {digits[:_SHOWN]}",
                bytes_down=size if decision.index not in work.targets else 0,
            )
        if decision.index in builds.along:
            return replace(decision, action="fold", reason="it is built along with what needs it")
        return replace(decision, action="skip", reason=_left(work, decision.index))

    return tuple(decided(decision) for decision in work.decisions)


def _left(work: Work, index: int) -> str:
    """Why nothing is done about a stage that could be built."""
    if not work.alone:
        return "what needs it is in the registry"
    return "nothing may be written" if index in work.alone else "--stage does not ask for it"


def _refuses(engine: EngineFacts, options: PlanOptions) -> str | None:
    if options.image is None:
        return "it keeps images by key in a registry, and there is no --image"
    return refuses_layers(engine, options) if keeps_layers(engine.kind) else needs_buildx(engine)


STRATEGY = Strategy(
    name=KEYED,
    summary="stage images and artifact images by content key",
    backend=None,
    store="cache_image",
    engines=("docker", "buildah", "podman"),
    parents_only=False,
    refuses=_refuses,
    draft=_draft,
)

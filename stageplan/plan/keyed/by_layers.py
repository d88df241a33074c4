"""The builds of a keyed plan by buildah or podman, which leave what they make on the machine."""

from collections.abc import Collection, Iterator

from stageplan.plan.keyed.recipe import Recipe
from stageplan.plan.layers import layers, without_layers
from stageplan.plan.model import Build, Push, Step
from stageplan.plan.work import Work


def layered_build(work: Work, recipe: Recipe, anew: Collection[int]) -> Iterator[Step]:
    """The build of a recipe, whose cache is the repository of all layers; then the push under its key.

    Args:
        anew: the stages that are built without the cache.
    """
    yield Build(
        id=recipe.id,
        reason=recipe.reason,
        needs=recipe.all_needs,
        stage=work.title(recipe.index),
        index=recipe.index,
        stages=tuple(sorted(recipe.stages)),
        target=recipe.target,
        builder="buildah",
        output="load" if recipe.tags else "cacheonly",
        tags=recipe.tags,
        build_args=work.build_args,
        inputs=recipe.inputs,
        cache=layers(work, recipe.stages) if recipe.stages else None,
        no_cache=without_layers(work, recipe.stages, anew),
    )
    if recipe.tags:
        reason = "it is there for the next build as soon as it is built"
        yield Push(id=f"push:{recipe.id}", reason=reason, needs=(recipe.id,), images=recipe.tags)

"""The builds of a keyed plan by buildx, which pushes what it makes."""

from collections.abc import Collection
from typing import Any

from msgspec import UNSET

from stageplan.plan.engines import pushes_unstored
from stageplan.plan.keyed.bases import PackedBase
from stageplan.plan.keyed.pieces import REPOSITORY, Pieces
from stageplan.plan.keyed.recipe import Recipe
from stageplan.plan.keyed.stage_names import virtual_stage
from stageplan.plan.model import Build, ImageInput
from stageplan.plan.no_cache import EVERY_STAGE, names_without_cache
from stageplan.plan.work import Work


def buildx_build(pieces: Pieces, recipe: Recipe, anew: Collection[int]) -> Build:
    """The build of a recipe.

    Args:
        anew: the stages that are built without the cache.
    """
    work, index = pieces.work, recipe.index
    return Build(
        id=recipe.id,
        reason=recipe.reason,
        needs=recipe.all_needs,
        stage=work.title(index),
        index=index,
        stages=tuple(sorted(recipe.stages)) if recipe.cache is not None or not work.publishes else (),
        target=recipe.target,
        output="push" if recipe.tags else "cacheonly",
        store=not pushes_unstored(work.engine),
        **_packing(pieces, recipe),
        unpack=not work.publishes and index not in {*work.targets, *work.checks},
        wants_digest=bool(recipe.tags) and recipe.form != "marker",
        tags=recipe.tags,
        build_args=work.build_args,
        inputs=recipe.inputs,
        cache=recipe.cache,
        no_cache=_no_cache(work, recipe, anew),
    )


def packs_anew(work: Work) -> bool:
    """Whether what only builds take is packed so that they unpack it faster."""
    return work.publishes and pushes_unstored(work.engine)


def base_build(work: Work, base: PackedBase, original: ImageInput) -> Build:
    """The build that packs a base image anew."""
    name = work.key(base.stage)
    return Build(
        id=f"base:{name}",
        reason="later builds unpack its base faster like that",
        stage=work.title(base.stage),
        index=base.stage,
        target=virtual_stage("base", name),
        output="push",
        store=False,
        compression="zstd",
        force_compression=True,
        repacks=work.stage(base.stage).effective_platform,
        wants_digest=True,
        tags=(base.location,),
        build_args=work.build_args,
        inputs=(original,),
    )


def _packing(pieces: Pieces, recipe: Recipe) -> dict[str, Any]:
    """How the layers of an image are packed that only later builds take: these unpack it faster.

    Those of its base, too, should the builder have them as they were.
    """
    is_handed_out = recipe.index in pieces.handed_out
    if recipe.form not in {"image", "prefix"} or is_handed_out or not packs_anew(pieces.work):
        return {}
    is_packed = any(image.repository == REPOSITORY for image in recipe.images)
    return {"compression": "zstd", "force_compression": is_packed or UNSET}


def _no_cache(work: Work, recipe: Recipe, anew: Collection[int]) -> tuple[str, ...]:
    """The stages that a build makes without the cache; its target may be one of the plan's own."""
    names = names_without_cache(work.graph, anew, work.reached, recipe.stages)
    own = recipe.index in anew and names != (EVERY_STAGE,) and recipe.target not in names
    return (*names, recipe.target) if own else names

"""What a user asks for, checked piece by piece where it arrives."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from stageplan.plan.model import BuildArg, NamedContext, Split

AUTO = "auto"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOptions:
    """The options of one plan.

    Attributes:
        context: folder or URL of the build context.
        dockerfile: path of the Dockerfile.
        ignore_file: path of the ignore file that belongs to it alone, where it has one.
        name: what a local image is named after; the folder's name.
        targets: stages that are published; empty: the last stage.
        checks: stages that are only run for their result.
        tags: tags of the image, or whole refs; empty: the scope.
        image: repository of the image; None: the plan is local.
        cache_image: repository for caches; None: `<image>-cache`.
        cache_dir: folder for caches in files.
        scope: the branch or tag whose cache this is.
        cache_options: `(key, value)` of the cache backend, as given.
        no_cache: stages that are built without the cache; `all`: every stage.
        stages: stages that alone are built; empty: all that targets and checks need.
        pack_builder: the image of buildpacks that pack builds with.
        scratch_registry: `HOST[:PORT]` of a registry that is thrown away, where a read-only build may write.
        one_of_several: whether the plan becomes part of one for several platforms.
        images: by index of a target, the whole names of its image, where each has its own.
        max_age: seconds after which an image that is kept by key no longer counts.
    """

    context: str
    dockerfile: str
    ignore_file: str | None = None
    name: str
    targets: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    build_args: tuple[BuildArg, ...] = ()
    build_contexts: tuple[NamedContext, ...] = ()
    secrets: tuple[str, ...] = ()
    ssh: tuple[str, ...] = ()
    platform: str | None = None
    builder: str | None = None
    image: str | None = None
    cache_image: str | None = None
    cache_dir: str = ".stageplan/cache"
    scope: str = "main"
    fallback_scopes: tuple[str, ...] = ()
    read_only: bool = False
    strategy: str = AUTO
    split: Split = "stages"
    cache_options: tuple[tuple[str, str], ...] = ()
    no_cache: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    one_of_several: bool = False
    max_age: int | None = None
    pack_builder: str | None = None
    scratch_registry: str | None = None
    images: Mapping[int, tuple[str, ...]] = field(default_factory=dict)

"""The plan: pure data that says what is built, in which order, with which cache source, and why.

A *location* is a text with names in braces, `{cache_image}:{scope}__deps`. The names are those of
`Parameters`; a script lets its environment change them, a run takes the planned values.
"""

from typing import Literal

import msgspec

from stageplan.keys.record import StageRecord

VERSION = 1

Split = Literal["stages", "all", "targets"]
CacheType = Literal["registry", "inline", "local", "gha", "s3", "azblob", "layers", "pack"]
Engine = Literal["docker", "buildah", "podman", "pack", "kaniko"]
Builder = Literal["buildx", "classic", "buildah", "pack", "kaniko"]
Action = Literal["build", "present", "fold", "skip"]
Output = Literal["cacheonly", "load", "push", "tar"]
Compression = Literal["zstd"]


class Data(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An immutable piece of a plan that goes to JSON and back without loss."""


class Parameters(Data, frozen=True, kw_only=True):
    """What a script's environment may change; the planned values are its defaults.

    Attributes:
        image: repository of the image, without a tag; may hold `{target}`. None: nothing is pushed.
        cache_image: repository of the cache refs and stage images; None where the cache is in files.
        cache_dir: folder of the cache; None where the cache is in a registry or a service.
        scope: the branch or tag whose cache this is, as its owner wrote it.
        fallback_scopes: where to look when the scope has no cache, in this order.
        read_only: nothing is written that another build could import.
    """

    image: str | None
    cache_image: str | None
    cache_dir: str | None
    scope: str
    fallback_scopes: tuple[str, ...]
    read_only: bool


class BuildArg(Data, frozen=True, kw_only=True):
    """A `--build-arg`; without a value, docker takes it from the environment."""

    name: str
    value: str | None


class NamedContext(Data, frozen=True, kw_only=True):
    """A `--build-context`."""

    name: str
    value: str


class ImageInput(Data, frozen=True, kw_only=True):
    """An image that one build gets by its digest, for a stage or for what a tag names.

    Attributes:
        name: of the stage or the image.
        repository: location of the image's repository.
        digest: of the image, where it was there when the plan was made; None: `build` makes it.
        build: id of the step that makes it.
    """

    name: str
    repository: str
    digest: str | None = None
    build: str | None = None


class Inputs(Data, frozen=True, kw_only=True):
    """What every build of the plan is given.

    Attributes:
        context: the folder or URL that is the build context.
        dockerfile: path of the Dockerfile.
        dockerfile_digest: `sha256:…` of the Dockerfile the plan was made for.
        builder: the buildx builder, or None for the current one.
        derived: text that is built instead of the Dockerfile: the same with stages of the plan's own added.
        engine: the program that builds.
        pack_builder: the image of buildpacks that pack builds with.
        ignore_file: path of the Dockerfile's own ignore file, for a builder that has to be told.
    """

    context: str
    dockerfile: str
    dockerfile_digest: str
    build_args: tuple[BuildArg, ...] = ()
    build_contexts: tuple[NamedContext, ...] = ()
    secrets: tuple[str, ...] = ()
    ssh: tuple[str, ...] = ()
    platform: str | None = None
    builder: str | None = None
    derived: str | None = None
    engine: Engine = "docker"
    pack_builder: str | None = None
    ignore_file: str | msgspec.UnsetType = msgspec.UNSET


class Source(Data, frozen=True, kw_only=True):
    """The one cache source of a step.

    Attributes:
        asked: whether somebody looked which of the scopes exist.
        scope: the first scope that exists; None where none does, or nobody asked.
    """

    asked: bool = False
    scope: str | None = None


class Cache(Data, frozen=True, kw_only=True):
    """Where the cache of one build lies.

    Attributes:
        location: of what is imported and exported; the scope of an import is that of `source`.
            Of `layers` a repository without tag, in which each layer's tag is its key.
        source: the cache source.
        import_options: further options of the import, as `key=value` pairs.
        export_options: further options of the export; None: nothing is exported.
    """

    type: CacheType
    location: str
    source: Source = Source()
    import_options: tuple[tuple[str, str], ...] = ()
    export_options: tuple[tuple[str, str], ...] | None = None


class Restore(Data, tag_field="kind", tag="restore", frozen=True, kw_only=True):
    """Brings what an earlier build left: a pull, the load of an archive, or a copy within the registry.

    Attributes:
        index: which stage it is for; None for an archive, which holds all of them, and for a cache image.
        location: where it lies; its scope is that of `source`.
        images: what an archive holds; a pull brings its location.
        into: where a copy goes.
    """

    id: str
    reason: str
    needs: tuple[str, ...] = ()
    how: Literal["pull", "load", "copy"]
    index: int | None
    location: str
    images: tuple[str, ...] = ()
    into: str | None = None
    source: Source = Source()


class Build(Data, tag_field="kind", tag="build", frozen=True, kw_only=True):
    """One build of one target.

    Attributes:
        stage: how messages name the stage.
        index: its place in the Dockerfile, counted from 0.
        stages: indexes of all stages that its build may come to.
        target: what `--target` gets; None for a last stage that has no name.
        builder: which builder runs it.
        tags: locations of the images that it writes, or of the tar.
        build_args: arguments of this build alone.
        inputs: images that it gets by digest.
        output: what becomes of the result.
        store: whether an image that is pushed is also left in the builder, in any case.
        compression: how new layers of the image are packed; unset: with gzip.
        force_compression: whether the layers that were packed before are packed like that, too.
        repacks: the platform of the base image that it packs anew, which is all it does.
        unpack: whether its layers are left in the builder where the whole stage was a hit.
        converts: whether a conversion leaves them there, for a BuildKit of its own unpacks only what it runs.
        unpack_for: builds that need these layers; they are unpacked where the cache source of one lacks some.
        wants_digest: whether a later step needs the digest of what is pushed.
        platform: what it is built for, where the plan is for several.
        cache_from: steps whose images the classic builder may take layers from.
        no_cache: names of stages that are built without the cache; `*`: all of them.
    """

    id: str
    reason: str
    needs: tuple[str, ...] = ()
    stage: str
    index: int
    stages: tuple[int, ...] = ()
    target: str | None
    builder: Builder = "buildx"
    output: Output
    store: bool = True
    compression: Compression | msgspec.UnsetType = msgspec.UNSET
    force_compression: bool | msgspec.UnsetType = msgspec.UNSET
    repacks: str | msgspec.UnsetType = msgspec.UNSET
    unpack: bool = False
    converts: bool | msgspec.UnsetType = msgspec.UNSET
    unpack_for: tuple[str, ...] = ()
    wants_digest: bool = False
    tags: tuple[str, ...] = ()
    build_args: tuple[BuildArg, ...] = ()
    inputs: tuple[ImageInput, ...] = ()
    cache: Cache | None = None
    cache_from: tuple[str, ...] = ()
    no_cache: tuple[str, ...] = ()
    platform: str | msgspec.UnsetType = msgspec.UNSET


class Push(Data, tag_field="kind", tag="push", frozen=True, kw_only=True):
    """Pushes images that the engine holds."""

    id: str
    reason: str
    needs: tuple[str, ...] = ()
    images: tuple[str, ...]


class Save(Data, tag_field="kind", tag="save", frozen=True, kw_only=True):
    """Writes images into one archive."""

    id: str
    reason: str
    needs: tuple[str, ...] = ()
    images: tuple[str, ...]
    location: str


class MoveTags(Data, tag_field="kind", tag="move-tags", frozen=True, kw_only=True):
    """Points tags at an image that is in the registry, without moving bytes.

    Attributes:
        build: the step that pushed it; None where it was there when the plan was made.
        digest: of the image, where it was there.
        joined: steps that pushed the image for other platforms; the tags then name an index of all of them.
        repository: location of the repository it is in.
        carbon_copy: whether the tags get the manifest as it is; an older buildx wraps it in an index.
    """

    id: str
    reason: str
    needs: tuple[str, ...] = ()
    build: str | None
    digest: str | None = None
    repository: str
    carbon_copy: bool = True
    tags: tuple[str, ...]
    joined: tuple[str, ...] | msgspec.UnsetType = msgspec.UNSET

    @property
    def builds(self) -> tuple[str, ...]:
        """The steps whose images the tags will name."""
        others = () if self.joined is msgspec.UNSET else self.joined
        return (*(() if self.build is None else (self.build,)), *others)


Step = Restore | Build | Push | Save | MoveTags


class StageDecision(Data, frozen=True, kw_only=True):
    """What becomes of a stage.

    Attributes:
        action: built by a step of its own, there already, folded into its consumers' builds, or left out.
        bytes_down: compressed bytes of the images that are there and that the builds may fetch for it.
    """

    index: int
    name: str
    action: Action
    reason: str
    bytes_down: int = 0


class Plan(Data, frozen=True, kw_only=True):
    """What is done, in order.

    Attributes:
        strategy_reason: why this strategy.
        stages: what becomes of each stage, in file order.
        steps: in an order in which they can run one after the other; `needs` says what must be done before.
        alone: stages that `--stage` names; unset: all that targets and checks need is done.
        keys: what the keys of the needed stages were made of; unset where the strategy has none.
    """

    version: int
    strategy: str
    strategy_reason: str
    split: Split
    targets: tuple[str, ...]
    checks: tuple[str, ...]
    inputs: Inputs
    parameters: Parameters
    stages: tuple[StageDecision, ...]
    steps: tuple[Step, ...]
    warnings: tuple[str, ...] = ()
    alone: tuple[str, ...] | msgspec.UnsetType = msgspec.UNSET
    keys: tuple[StageRecord, ...] | msgspec.UnsetType = msgspec.UNSET

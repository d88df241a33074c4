"""Keyed plans of Dockerfiles that are written down in a test, and plans as lines to compare."""

import re
from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType

from stageplan.context.files import Reading
from stageplan.dockerfile.reader import read_dockerfile
from stageplan.graph import BuildOptions, ImageConfig, StageGraph, build_graph
from stageplan.keys.model import KeyFacts
from stageplan.keys.stage_keys import stage_keys
from stageplan.plan.facts import EngineFacts
from stageplan.plan.keyed.bases import Bases
from stageplan.plan.keyed.facts import KeyedFacts, Present
from stageplan.plan.keyed.pieces import Form, Pieces
from stageplan.plan.model import Build, BuildArg, Cache, MoveTags, Plan, Push
from stageplan.plan.options import PlanOptions
from stageplan.plan.planner import make_plan, prepare

BASE = f"sha256:{'0' * 64}"
ENGINE = EngineFacts(
    reachable=True, version="28.5.2", driver="docker", store="containerd", buildx_version="0.29"
)
TEXT = """\
FROM x AS base
RUN setup
FROM base AS deps
COPY go.mod .
RUN download
COPY . .
RUN build
FROM base AS test
COPY --from=deps /out /out
RUN check
FROM y AS app
COPY --from=deps /out /out
"""
CONFIG = ImageConfig(environment={"PATH": "/bin", "LANG": "C"})


class Planned:
    """A Dockerfile and what is asked of it; every image is known, and every file of the context.

    Args:
        text: of the Dockerfile.
        files: names of files whose content is not what it is elsewhere.
        onbuild: triggers of every base image.
        engine: what builds it.
        options: of the plan.
    """

    def __init__(
        self,
        text: str,
        *,
        files: Collection[str] = (),
        onbuild: tuple[str, ...] = (),
        platform: str | None = None,
        build_args: tuple[BuildArg, ...] = (),
        targets: tuple[str, ...] = (),
        engine: EngineFacts = ENGINE,
        **options: object,
    ) -> None:
        self.engine = engine
        self.dockerfile = read_dockerfile(text.encode(errors="surrogateescape"), "Dockerfile")
        self.options = PlanOptions(
            context=".",
            dockerfile="Dockerfile",
            name="app",
            platform=platform,
            build_args=build_args,
            targets=targets,
            **{"image": "r.example.com/app", "strategy": "keyed", **options},  # type: ignore[arg-type]
        )
        args = {arg.name: arg.value for arg in build_args if arg.value is not None}
        built = BuildOptions(
            target=targets[0] if targets else None,
            platform=platform,
            build_platform="linux/amd64",
            build_args=args,
        )
        plain = build_graph(self.dockerfile, built)
        platforms = {stage.effective_platform for stage in plain.stages}
        config = ImageConfig(environment=CONFIG.environment, onbuild=onbuild)
        configs = {(use.ref, each): config for use in plain.images for each in platforms}
        self.graph: StageGraph = build_graph(self.dockerfile, built, configs)

        def digest_of(reading: Reading, context: str | None) -> str:  # noqa: ARG001 - the only one
            changed = sorted(set(reading.sources) & set(files))
            return f"{' '.join(reading.sources)} with {changed}"

        facts = KeyFacts(
            images={use.ref: BASE for use in self.graph.images},
            inspected=frozenset(configs),
            digest_of=digest_of,
            platform=platform or "linux/amd64",
            build_args=args,
        )
        wanted = [self.graph.find(name).index for name in (*targets, *self.options.checks)]
        wanted += [] if targets else [self.graph.target]
        self.keys = stage_keys(self.graph, facts, wanted)
        self.work = prepare(self.graph, self.options, engine, KeyedFacts(keys=self.keys)).work
        self.pieces = Pieces(self.work, self.keys)

    def location(self, piece: str) -> str:
        """Where a piece such as `artifact:deps` lies."""
        form, _, name = piece.partition(":")
        forms: dict[str, Form] = {
            "image": "image",
            "artifact": "artifact",
            "prefix": "prefix",
            "marker": "marker",
        }
        index = next(stage.index for stage in reversed(self.graph.stages) if name == stage.label)
        return self.pieces.location(index, forms[form])

    def plan(
        self,
        *present: str,
        tags: str = "",
        old: tuple[str, ...] = (),
        engine: EngineFacts | None = None,
        lowest_layers: Mapping[str, str] = MappingProxyType({}),
        bases: Collection[str] = (),
    ) -> Plan:
        """The plan where these pieces are in the registry, and the tags name that piece.

        Args:
            old: stages of which an image is too old.
            lowest_layers: of what stages start from, by stage.
            bases: normalized names of base images that are kept packed anew.
        """
        there = {self.location(piece): Present(digest=f"sha256:{piece}", size=10) for piece in present}
        if tags:
            named = Present(digest=f"sha256:{tags}", size=10)
            there |= {tag: named for index in self.work.targets for tag in self.work.tags[index]}
        too_old = frozenset(self.graph.find(name).index for name in old)
        lowest = {self.graph.find(name).index: layer for name, layer in lowest_layers.items()}
        packed = Bases(self.pieces, KeyedFacts(keys=self.keys, lowest_layers=lowest)).packed
        there |= {packed[name].location: Present(digest=f"sha256:{name}", size=10) for name in bases}
        facts = KeyedFacts(keys=self.keys, present=there, old=too_old, lowest_layers=lowest)
        return make_plan(self.graph, self.options, engine or self.engine, facts)


def steps_of(plan: Plan) -> list[str]:
    """The steps of a plan, a line each; base images by digest and what they need for that are left out."""
    return [" | ".join(_parts(step)) for step in plan.steps]


def _parts(step: object) -> Iterator[str]:
    if isinstance(step, MoveTags):
        yield f"{step.id} to {step.build or step.digest}"
        return
    if isinstance(step, Push):
        yield f"{step.id} of {', '.join(map(_place, step.images))}"
        return
    assert isinstance(step, Build)
    yield f"{step.id} --target {(step.target or '').removeprefix('stageplan-')}"
    yield from (
        f"{item.name} from {item.build or item.digest}" for item in step.inputs if item.digest != BASE
    )
    if step.cache is not None:
        yield f"cache {_cache(step.cache)}"
    earlier = [need for need in step.needs if need not in {item.build for item in step.inputs}]
    if earlier:
        yield f"after {', '.join(earlier)}"
    yield f"{step.output} {', '.join(map(_place, step.tags))}".rstrip()


def _cache(cache: Cache) -> str:
    pairs = cache.export_options
    export = "" if pairs is None else " ".join((", to", cache.type, *map("=".join, pairs)))
    return f"{_place(cache.location)}{export}"


def _place(location: str) -> str:
    """A location without repository and key."""
    return re.sub("-[0-9a-f]{64}$", "", location.removeprefix("{cache_image}:").removeprefix("{scope}__"))


def actions_of(plan: Plan) -> list[str]:
    """What becomes of each stage, a line each, without keys."""
    return [
        f"{stage.name}: {stage.action}, {re.sub(r', [0-9a-f]{12}$', '', stage.reason)}"
        for stage in plan.stages
    ]

"""Keys of Dockerfiles that are written down in a test."""

from collections.abc import Callable, Mapping

import pytest

from stageplan.context.files import Reading
from stageplan.dockerfile.reader import read_dockerfile
from stageplan.graph import BuildOptions, ImageConfig, StageGraph, build_graph
from stageplan.keys.model import KeyFacts, StageKey
from stageplan.keys.stage_keys import stage_keys

PLATFORM = "linux/amd64"
DIGEST = f"sha256:{'1' * 64}"

Keys = Mapping[str, StageKey]
MakeKeys = Callable[..., Keys]


def graph_of(text: str, options: BuildOptions, configs: Mapping[tuple[str, str], ImageConfig]) -> StageGraph:
    return build_graph(read_dockerfile(text.encode(), "Dockerfile"), options, configs)


@pytest.fixture
def make_keys() -> MakeKeys:
    """Makes the keys of a text, by stage name; every image is known unless a test says otherwise."""

    def make(
        text: str,
        *,
        readable: bool = True,
        images: Mapping[str, str] | None = None,
        onbuild: tuple[str, ...] = (),
        inspected: bool = True,
        **options: object,
    ) -> Keys:
        def digest_of(reading: Reading, context: str | None) -> str | None:
            return f"digest of {' '.join(reading.sources)} in {context}" if readable else None

        built = BuildOptions(**options)  # type: ignore[arg-type] # a test gives what it needs
        plain = graph_of(text, built, {})
        refs = {use.ref for use in plain.images}
        platforms = {stage.effective_platform for stage in plain.stages}
        config = ImageConfig(environment={"HOME": "/root"}, onbuild=onbuild)
        configs = {(ref, platform): config for ref in refs for platform in platforms} if inspected else {}
        graph = graph_of(text, built, configs)
        facts = KeyFacts(
            images=dict.fromkeys(refs, DIGEST) if images is None else images,
            inspected=frozenset(configs),
            digest_of=digest_of,
            platform=built.platform or PLATFORM,
            build_args=built.build_args,
            build_contexts=built.build_contexts,
        )
        keys = stage_keys(graph, facts)
        return {stage.label: key for stage, key in zip(graph.stages, keys, strict=True)}

    return make

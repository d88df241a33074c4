"""The graph of a file with what its base images bring along: their ONBUILD triggers and variables."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from stageplan.cli.output import say
from stageplan.dockerfile.instructions import Dockerfile
from stageplan.dockerfile.references import parse_reference
from stageplan.graph import BuildOptions, ImageConfig, StageGraph, build_graph

if TYPE_CHECKING:
    from stageplan.system.base_configs import BaseConfigs, Image


def graph_with_images(
    dockerfile: Dockerfile,
    graph: StageGraph,
    options: BuildOptions,
    targets: Iterable[int],
    *,
    seconds: float | None,
) -> StageGraph:
    """The graph once the images are asked that the targets start from; the same where none of them is known.

    A trigger can make a stage need another, whose own base is then asked too. Images that stages only copy
    from are not asked: the builder does not run their triggers.

    Args:
        dockerfile: the file.
        graph: its graph, made without knowing any image.
        options: what the graph was made with.
        targets: indexes of the stages that are built.
        seconds: how long registries are waited for, and then the engine; None: nobody is asked.

    Raises:
        DockerfileError: the build would refuse what an image brings along.
    """
    built = tuple(targets)
    known: dict[Image, ImageConfig] = {}
    unknown: dict[Image, str] = {}
    while wanted := [image for image in _bases(graph, built) if image not in known and image not in unknown]:
        found = _ask(wanted, seconds)
        known |= found.configs
        unknown |= found.reasons
        if found.configs:
            graph = build_graph(dockerfile, options, known)
    if seconds is not None:
        for line in _warnings(unknown):
            say(line)
    return graph


def _ask(images: Sequence["Image"], seconds: float | None) -> "BaseConfigs":
    from stageplan.system.base_configs import ask_base_configs, kept_base_configs

    return kept_base_configs(images) if seconds is None else ask_base_configs(images, seconds=seconds)


def _bases(graph: StageGraph, targets: tuple[int, ...]) -> Iterator["Image"]:
    """The images that the stages start from which the targets need."""
    for index in sorted(graph.reached_from(targets)):
        stage = graph.stages[index]
        if stage.base_image:
            yield stage.base_image, stage.effective_platform


def _warnings(unknown: "dict[Image, str]") -> Iterator[str]:
    """A line for each reason."""
    for reason in dict.fromkeys(unknown.values()):
        refs = (ref for (ref, _), why in unknown.items() if why == reason)
        names = ", ".join(dict.fromkeys(parse_reference(ref).familiar for ref in refs))
        yield f"warning: the ONBUILD and ENV of {names} are not known: {reason}"

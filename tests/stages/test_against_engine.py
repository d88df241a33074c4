"""The graph against a real BuildKit: the stages that it builds, the data between them, or its error."""

import json
import os
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given

import lab
from stageplan.dockerfile.instructions import Dockerfile
from stageplan.dockerfile.reader import read_dockerfile
from stageplan.dockerfile.references import InvalidReferenceError, parse_reference
from stageplan.errors import StageplanError
from stageplan.graph import BuildOptions, ImageConfigs, StageGraph, build_graph
from tests.stages.drawn import IMAGES, Drawn, drawn_files
from tests.stages.solves import CONTEXT, Edge, Solve, marked

DRAWN = int(os.environ.get("STAGEPLAN_ENGINE_EXAMPLES", "300"))
SIDE_BY_SIDE = 4
FIXTURES = sorted(Path("fixtures").glob("*/*.Dockerfile")) + sorted(Path("fixtures").glob("**/Dockerfile"))
PLATFORMS = ("linux/amd64", "linux/arm64", "linux/arm/v7")
KNOWN: ImageConfigs = {
    (f"docker.io/library/{name}", platform): config
    for name, config in IMAGES.items()
    for platform in PLATFORMS
}
_FRONTEND = re.compile(rb"^(\xef\xbb\xbf)?# *syntax *=.*$", re.MULTILINE)
_DIRECTIVE = re.compile(rb"^# *check *=", re.MULTILINE)


def graph_of(data: bytes, options: Mapping[str, Any]) -> tuple[Dockerfile, StageGraph] | StageplanError:
    try:
        dockerfile = read_dockerfile(data, "Dockerfile")
        return dockerfile, build_graph(dockerfile, BuildOptions(**options), KNOWN)
    except StageplanError as error:
        return error


def difference(engine: lab.Engine, folder: Path, data: bytes, options: Mapping[str, Any]) -> str | None:
    """What the builder says otherwise, or None."""
    folder.mkdir()
    ours = graph_of(data, options)
    if isinstance(ours, StageplanError):
        return _other_error(ours, Solve(engine, folder, data, options))
    dockerfile, graph = ours
    solve = Solve(engine, folder, marked(dockerfile).encode(errors="surrogateescape"), options)
    built = frozenset(index for index in graph.reachable if graph.stages[index].replaced_by is None)
    if built != solve.stages:
        return f"ours builds {sorted(built)}, the builder {sorted(solve.stages)}: {solve.log[-900:]}"
    unclear = set(_unclear(graph))
    if wrong := (set(_edges(graph, built)) ^ solve.edges) - unclear:
        return f"only one has {sorted(wrong, key=str)}, the builder has {sorted(solve.edges, key=str)}"
    looked_up = {use.ref for use in graph.images_of((graph.target,))}
    # of a stage that only a trigger makes it need the builder looks up no image that it takes no data from
    more = set() if _triggers(graph, looked_up) else looked_up - solve.lookups
    if wrong_images := solve.lookups - looked_up | more:
        return f"only one looks up {sorted(wrong_images)}"
    return None


def _edges(graph: StageGraph, built: frozenset[int]) -> Iterator[Edge]:
    for edge in graph.dependencies:
        if {edge.source, edge.consumer} <= built and edge.source != edge.consumer:
            yield edge.source, edge.consumer, edge.trigger or edge.kind
    for index in built:
        for instruction in graph.stages[index].instructions:
            if instruction.copies_context:
                yield CONTEXT, index, "copy"
            if instruction.mounts_context:
                yield CONTEXT, index, "mount"


def _triggers(graph: StageGraph, looked_up: set[str]) -> bool:
    from_images = (config.onbuild for (ref, _), config in KNOWN.items() if ref in looked_up)
    return any(from_images) or any(step.is_trigger for stage in graph.stages for step in stage.instructions)


def _unclear(graph: StageGraph) -> Iterator[Edge]:
    """What the builder's steps cannot tell: a trigger that takes from its stage, or from the one below it.

    Both are the file system that the step changes, and a step has it as one input only.
    """
    for edge in graph.dependencies:
        base = graph.stages[edge.consumer].base_stage
        if edge.trigger is not None and base is not None and edge.source in (edge.consumer, base):
            yield base, edge.consumer, edge.trigger


def _other_error(ours: StageplanError, solve: Solve) -> str | None:
    """What is different in the builder's error: its message, or the line where it is."""
    log = _unescaped(solve.log)
    # it looks at the names of all images at once, and any of the wrong ones can come first
    message = "failed to parse stage name" if ours.rule == "reference" else _unescaped(ours.message)
    if ours.message.partition("': ")[2] in log and ours.rule == "context-name":
        return None
    if message not in log:
        return f"{ours} is not in {log[-900:]}"
    # of several circles any can come first; and we show the trigger, where the builder shows what it fires in
    is_at_its_own_place = ours.rule in ("reference", "stage-cycle") or "ONBUILD" in ours.excerpt
    shown = re.search(r"^Dockerfile:[0-9]+\n", log, re.MULTILINE)
    if shown and ours.span and not is_at_its_own_place:
        here = re.search(rf"^ *{ours.span.line} \| >>> ", log, re.MULTILINE)
        return None if here else f"{ours} is elsewhere in {log[-900:]}"
    return None


def _unescaped(text: str) -> str:
    return text.replace('\\"', '"').replace("\\\\", "\\")


def with_own_frontend(data: bytes) -> bytes | None:
    """The file with another directive instead of its frontend, which is out of reach; None for two of one."""
    if not _FRONTEND.search(data):
        return data
    return None if _DIRECTIVE.search(data) else _FRONTEND.sub(rb"\g<1># check=error=false", data)


def images_of(data: bytes, options: Mapping[str, Any]) -> list[str]:
    """Every image that a file can name."""
    ours = graph_of(data, options)
    if not isinstance(ours, StageplanError):
        return sorted({use.ref for use in ours[1].images})
    # the builder may look for images before it finds the mistake
    words = re.findall(rb"(?:^FROM |from=)([a-z][a-z0-9:.-]*)", data, re.MULTILINE)
    return sorted({ref for word in words if (ref := reference_or_none(word.decode()))})


def reference_or_none(word: str) -> str | None:
    try:
        return parse_reference(word).normalized
    except InvalidReferenceError:
        return None


def options_of(path: Path) -> dict[str, Any]:
    expected = path.with_suffix(".expected.json")
    if expected.is_file():
        options: dict[str, Any] = json.loads(expected.read_bytes()).get("options", {})
        return options
    given = path.parent / "options.json"
    targets = json.loads(given.read_bytes()).get("targets") if given.is_file() else None
    return {"target": targets[0]} if targets else {}


def differences(
    engine: lab.Engine, folder: Path, files: Sequence[tuple[str, bytes, Mapping[str, Any]]]
) -> str:
    """The files of which the builder says something else, each with what it says."""
    number = count()
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        found = pool.map(lambda file: difference(engine, folder / str(next(number)), file[1], file[2]), files)
        return "\n\n".join(f"{file[0]}\n{wrong}" for file, wrong in zip(files, found, strict=True) if wrong)


def test_fixtures(engine: lab.Engine, hub: lab.Registry, tmp_path: Path) -> None:
    files = []
    for path in FIXTURES:
        data, options = with_own_frontend(path.read_bytes()), options_of(path)
        images = images_of(data, options) if data else []
        # the mirror stands in for one registry, and its images have other digests
        if data and all(image.startswith("docker.io/") and "@" not in image for image in images):
            files.append((str(path), data, options))
            for image in images:
                lab.push_image(hub, image.removeprefix("docker.io/"))
    assert len(files) > 100
    if found := differences(engine, tmp_path, files):
        pytest.fail(found, pytrace=False)


def test_corners(engine: lab.Engine, hub: lab.Registry, tmp_path: Path) -> None:
    rows = json.loads(Path("fixtures/corners.json").read_bytes())
    corners = [(row["text"].encode(errors="surrogateescape"), row.get("options", {})) for row in rows]
    images = {image for data, options in corners for image in images_of(data, options)}
    for image in sorted(images):
        if image.startswith("docker.io/") and "@" not in image:
            lab.push_image(hub, image.removeprefix("docker.io/"))
    files = [(f"{data!r} {options}", data, options) for data, options in corners]
    if found := differences(engine, tmp_path, files):
        pytest.fail(found, pytrace=False)


def drawn(number: int) -> list[Drawn]:
    """So many files, the same on every run: hypothesis makes them of bytes, none a variation of another."""
    found: list[Drawn] = []

    @given(drawn_files())
    def keep(file: Drawn) -> None:
        found.append(file)

    fuzz = cast("Any", keep).hypothesis.fuzz_one_input
    seed = 0
    while len(found) < number:
        fuzz(random.Random(seed).randbytes(4000))  # noqa: S311 - the same files on every run
        seed += 1
    return found


def test_drawn_files(engine: lab.Engine, hub: lab.Registry, tmp_path: Path) -> None:
    for name, config in IMAGES.items():
        settings: dict[str, object] = {
            "Env": [f"{key}={value}" for key, value in config.environment.items()],
            "OnBuild": list(config.onbuild),
            "WorkingDir": config.working_directory,
        }
        lab.push_image(hub, f"library/{name}", config=settings)
    files = [
        (f"{number} {file.options}\n{file.text}", file.text.encode(), file.options)
        for number, file in enumerate(drawn(DRAWN))
    ]
    if found := differences(engine, tmp_path, files):
        pytest.fail(found, pytrace=False)


def test_drawn_files_are_of_all_kinds() -> None:
    graphs = [graph_of(file.text.encode(), file.options) for file in drawn(200)]
    built = [graph[1] for graph in graphs if not isinstance(graph, StageplanError)]
    assert len(built) > 0.4 * len(graphs)
    kinds = {edge.kind for graph in built for edge in graph.dependencies if edge.consumer in graph.reachable}
    assert kinds == {"from", "copy", "mount", "onbuild"}
    assert len({graph.rule for graph in graphs if isinstance(graph, StageplanError)}) > 12

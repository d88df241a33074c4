"""The graph against a real BuildKit: who takes data from whom, and which error a file gives.

A marker after each FROM keeps equal steps of two stages apart, which the solver would merge. The build's own
log then names every step with the steps it takes data from, before the first of them runs.
"""

import json
import os
import random
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import lab
from stageplan.dockerfile.instructions import Dockerfile
from stageplan.dockerfile.reader import read_dockerfile
from stageplan.dockerfile.references import InvalidReferenceError, parse_reference
from stageplan.errors import StageplanError
from stageplan.graph import BuildOptions, StageGraph, build_graph

EXAMPLES = int(os.environ.get("STAGEPLAN_ENGINE_EXAMPLES", "30"))
CASES = sorted(Path("fixtures/cases").glob("*.Dockerfile"))
OUT_OF_REACH = {
    b"https://": "it would download",
    b"@sha256:": "an image of ours has another digest",
    b"gcr.io": "the mirror stands in for one registry only",
    b"syntax=": "another frontend would read it",
}
Edge = tuple[str, str, str]


def graph_of(data: bytes, options: Mapping[str, Any]) -> tuple[Dockerfile, StageGraph] | StageplanError:
    try:
        dockerfile = read_dockerfile(data, "Dockerfile")
        return dockerfile, build_graph(dockerfile, BuildOptions(**options))
    except StageplanError as error:
        return error


def our_edges(graph: StageGraph) -> set[Edge]:
    return {
        (graph.stages[edge.source].label, graph.stages[edge.consumer].label, edge.trigger or edge.kind)
        for edge in graph.dependencies
        if edge.consumer in graph.reachable
    }


def marked(dockerfile: Dockerfile) -> str:
    """The text with a step after each FROM that no other stage has."""
    lines = dockerfile.text.split("\n")
    for stage in reversed(dockerfile.stages):
        lines.insert(stage.start.span.end_line, f"WORKDIR /stage-{stage.index}")
    return "\n".join(lines)


class Build:
    """One build: its steps, or its error."""

    def __init__(self, engine: lab.Engine, context: Path, text: str, options: Mapping[str, Any]) -> None:
        (context / "Dockerfile").write_bytes(text.encode(errors="surrogateescape"))
        build_args = (f"--build-arg={name}={value}" for name, value in options.get("build_args", {}).items())
        contexts = (
            f"--build-context={name}={value}" for name, value in options.get("build_contexts", {}).items()
        )
        target = (f"--target={options['target']}",) if options.get("target") else ()
        platform = (f"--platform={options['platform']}",) if options.get("platform") else ()
        command = ("docker", "buildx", "build", "--progress=rawjson", "--output=type=cacheonly")
        found = engine.run(*command, *build_args, *contexts, *target, *platform, str(context), check=False)
        self.log = found.stderr
        self._steps = {step["digest"]: step for step in self._vertexes()}

    def _vertexes(self) -> Iterator[dict[str, Any]]:
        for line in self.log.splitlines():
            if line.startswith("{"):
                yield from json.loads(line).get("vertexes", ())

    def edges(self) -> set[Edge]:
        """Source, consumer and kind of the data that goes from one stage to another."""
        return {
            (source, consumer, self._kind(step["name"], number))
            for step in self._steps.values()
            for number, digest in enumerate(step.get("inputs") or ())
            if (consumer := _stage(step["name"]))
            and (source := _stage(self._steps[digest]["name"]))
            and (source != consumer)
        }

    def _kind(self, name: str, number: int) -> str:
        instruction = name.partition("] ")[2].removeprefix("ONBUILD ").split(" ", 1)[0]
        return "from" if number == 0 else {"COPY": "copy", "RUN": "mount"}[instruction]


def _stage(step: str) -> str | None:
    """The stage in `[stage 1/2] FROM ...`; None for the base image, the context, and what is internal."""
    label, found, instruction = step.removeprefix("[").partition("] ")
    name, _, place = label.rpartition(" ")
    is_own = (
        found and "/" in place and not label.startswith("internal") and not instruction.startswith("FROM ")
    )
    return name if is_own else None


def differences(engine: lab.Engine, context: Path, data: bytes, options: Mapping[str, Any]) -> list[str]:
    ours = graph_of(data, options)
    if isinstance(ours, StageplanError):
        build = Build(engine, context, data.decode(errors="surrogateescape"), options)
        return [] if ours.message in _unescaped(build.log) else [f"{ours.message!r} is not in {build.log}"]
    dockerfile, graph = ours
    build = Build(engine, context, marked(dockerfile), options)
    if build.edges() == our_edges(graph):
        return []
    return [f"ours {sorted(our_edges(graph))}, the engine's {sorted(build.edges())}\n{build.log[-600:]}"]


def _unescaped(log: str) -> str:
    return log.replace('\\"', '"').replace("\\\\", "\\")


def provide(hub: lab.Registry, data: bytes, options: Mapping[str, Any]) -> None:
    """Pushes every image that a file can name, so that the mirror has it."""
    ours = graph_of(data, options)
    if isinstance(ours, StageplanError):  # the engine may look for images before it finds the mistake
        words = re.findall(rb"(?:^FROM |from=)([a-z][a-z0-9:.-]*)", data, re.MULTILINE)
        refs = {ref for word in words if (ref := reference_or_none(word.decode()))}
    else:
        refs = {use.ref for use in ours[1].images}
    for ref in sorted(refs):
        lab.push_image(hub, ref.removeprefix("docker.io/"))


def reference_or_none(word: str) -> str | None:
    try:
        return parse_reference(word).normalized
    except InvalidReferenceError:
        return None


def has_unique_names(data: bytes) -> bool:
    names = [stage.name for stage in read_dockerfile(data, "Dockerfile").stages if stage.name]
    return len(names) == len(set(names))


def test_cases(engine: lab.Engine, hub: lab.Registry, tmp_path: Path) -> None:
    wrong = {}
    for case in CASES:
        data = case.read_bytes()
        expected = json.loads(case.with_suffix(".expected.json").read_bytes())
        options = expected.get("options", {})
        if any(piece in data for piece in OUT_OF_REACH):
            continue
        if "error" not in expected and not has_unique_names(data):
            continue
        provide(hub, data, options)
        if found := differences(engine, tmp_path, data, options):
            wrong[case.stem] = found
    assert wrong == {}


def generated(seed: int) -> tuple[bytes, dict[str, Any]]:
    """A file of a few stages that take from each other by every way there is, and mostly builds."""
    dice = random.Random(seed)  # noqa: S311 - the same files on every run
    names = dice.sample(
        ["deps", "Build", "test.x", "final-1", "base", "scratch", "tools"], dice.randint(2, 6)
    )
    lines = dice.sample(["ARG KIND=base", "ARG TAG=3.22", "ARG WHERE=tools"], dice.randint(0, 3))
    for number, name in enumerate(names):
        known = names[: max(1, number)]
        bases = [
            "alpine:3.22",
            "busybox:1.37",
            "alpine:${TAG:-3.22}",
            "${KIND:-alpine:3.22}",
            *known,
            *map(str.lower, known),
        ]
        lines.append(f"FROM {dice.choice(bases)}" + (f" AS {name}" if dice.random() < 0.9 else ""))
        for _ in range(dice.randint(0, 4)):
            other = dice.choice(dice.choices([known, names], [9, 1])[0])
            lines.append(
                dice.choice(
                    [
                        f"COPY --from={other} /etc/passwd /p{number}",
                        f"COPY --from={dice.randint(0, number)} /etc/passwd /q{number}",
                        f"RUN --mount=from={other.upper()},target=/m ls /m",
                        f"RUN --mount=type=tmpfs,from={other},target=/m true",
                        "RUN --mount=type=cache,target=/c true",
                        "COPY --from=busybox:1.37 /etc/passwd /r",
                        f"ONBUILD COPY --from={other} /etc/passwd /o",
                        f"ONBUILD RUN --mount=from={other},target=/n ls /n",
                        "RUN <<E\nFROM none AS nothing\nE",
                        "ENV KIND=x \\\n# c\n  TAG=y",
                    ]
                )
            )
    options: dict[str, Any] = {}
    if dice.random() < 0.5:
        options["target"] = dice.choice(names)
    if dice.random() < 0.3:
        options["build_args"] = {"KIND": dice.choice(names).lower()}
    return "\n".join(lines).encode(), options


def test_generated_files(engine: lab.Engine, hub: lab.Registry, tmp_path: Path) -> None:
    wrong = {}
    for seed in range(EXAMPLES):
        data, options = generated(seed)
        provide(hub, data, options)
        if found := differences(engine, tmp_path, data, options):
            wrong[f"{seed} {options}\n{data.decode()}"] = found
    assert wrong == {}

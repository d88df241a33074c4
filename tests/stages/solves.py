"""What BuildKit itself makes of a file: its steps and where each takes data from, or why it refuses the file.

A marker after each FROM copies a file that is not there. It keeps equal steps of two stages apart, which the
solver would merge, and lets the build fail once the solver has named every step and before one of them runs.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import lab
from stageplan.dockerfile.instructions import Dockerfile
from stageplan.dockerfile.references import parse_reference

MARKER = "not-there-"
CONTEXT = "context"
_LOOKED_UP = re.compile(r"(?:load metadata for|^(?:\[[^]]* [0-9]+/[0-9]+\] )?FROM) ([^ @]+)")
Edge = tuple[int | str, int, str]
"""A stage, or `context`; the stage that takes data from it; how."""


def marked(dockerfile: Dockerfile) -> str:
    """The text with a step after each FROM that no other stage has, and that fails."""
    lines = dockerfile.text.split("\n")
    for stage in reversed(dockerfile.stages):
        lines.insert(stage.start.span.end_line, f"COPY {MARKER}{stage.index} /{MARKER}{stage.index}")
    return "\n".join(lines)


class Solve:
    """One build of a file up to its first step.

    Attributes:
        log: all that the builder said.
        stages: the stages that it builds; none where it refused the file.
        edges: the data that goes to them from other stages and from the build context.
        lookups: the images that it asked for.
    """

    def __init__(self, engine: lab.Engine, folder: Path, text: bytes, options: Mapping[str, Any]) -> None:
        (folder / "Dockerfile").write_bytes(text)
        self.log = _build(engine, folder, options)
        self._steps = {step["digest"]: step for step in _vertexes(self.log)}
        self._linked = {
            self._inputs(digest)[1]
            for digest in self._steps
            if self._is(digest, "LINK") or self._is(digest, "ONBUILD LINK")
        }
        self._stage_of = dict[str, int]()
        for digest, step in self._steps.items():
            if marker := re.search(rf"\] COPY {MARKER}([0-9]+) ", step["name"]):
                self._stage_of[digest] = int(marker[1])
        self.stages = frozenset(self._stage_of.values())
        self.edges = frozenset(self._edges())
        self.lookups = frozenset(self._lookups())

    def _lookups(self) -> Iterator[str]:
        for step in self._steps.values():
            if found := _LOOKED_UP.search(step["name"]):
                yield parse_reference(found[1]).normalized

    def _inputs(self, digest: str) -> Sequence[str]:
        return self._steps[digest].get("inputs") or ()

    def _is(self, digest: str, words: str) -> bool:
        return f"] {words} " in self._steps[digest]["name"]

    def _stage(self, digest: str) -> int | None:
        """The stage whose file system a step makes; None for triggers, which run before the marker."""
        way = list[str]()
        while digest not in self._stage_of:
            way.append(digest)
            inputs = self._inputs(digest)
            if not inputs or digest in self._linked or self._is(digest, "ONBUILD"):
                return None
            digest = inputs[0]
        self._stage_of |= dict.fromkeys(way, self._stage_of[digest])
        return self._stage_of[digest]

    def _edges(self) -> Iterator[Edge]:
        for digest in self._steps:
            stage = self._stage(digest)
            if stage is None:
                continue
            if MARKER in self._steps[digest]["name"]:
                yield from self._before(digest, stage)
            else:
                yield from self._taken(digest, stage)

    def _before(self, marker: str, stage: int) -> Iterator[Edge]:
        """The base of a stage, and what the triggers take that ran between the two."""
        base = next((digest for digest in self._inputs(marker) if self._node(digest) != CONTEXT), None)
        while base is not None and self._is(base, "ONBUILD"):
            yield from self._taken(base, stage)
            base = self._inputs(base)[0]
        if base is not None and (node := self._node(base)) is not None:
            yield node, stage, "from"

    def _taken(self, step: str, stage: int) -> Iterator[Edge]:
        """What a step takes besides the file system that it changes; --link copies in a step of its own."""
        kind = "mount" if self._is(step, "RUN") or self._is(step, "ONBUILD RUN") else "copy"
        sources = list(self._inputs(step)[1:])
        for source in sources:
            if source in self._linked:
                sources += self._inputs(source)
            elif (node := self._node(source)) is not None and node != stage:
                yield node, stage, kind

    def _node(self, digest: str) -> int | str | None:
        if "[internal] load build context" in self._steps[digest]["name"]:
            return CONTEXT
        return self._stage(digest)


def _build(engine: lab.Engine, folder: Path, options: Mapping[str, Any]) -> str:
    arguments = [f"--build-arg={name}={value}" for name, value in options.get("build_args", {}).items()]
    for name, value in options.get("build_contexts", {}).items():
        arguments.append(f"--build-context={name}={value}")
    arguments += [f"--{name}={options[name]}" for name in ("target", "platform") if options.get(name)]
    buildx = Path(
        engine.env["DOCKER_CONFIG"], "cli-plugins/docker-buildx"
    )  # half the time of docker's own way
    words = ("build", "--progress=rawjson", "--output=type=cacheonly", *arguments)
    return engine.run(buildx, *words, folder, check=False).stderr


def _vertexes(log: str) -> Iterator[dict[str, Any]]:
    for line in log.splitlines():
        if line.startswith("{"):
            yield from json.loads(line).get("vertexes", ())

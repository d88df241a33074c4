"""A project that is built by key, and what its builds did to engine and registry."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import lab
from bench.trials import instructions_that_ran
from lab.engine import CommandError
from stageplan.system.registry import Registry
from stageplan.system.registry_content import Manifest

DOCKERFILE = """\
FROM busybox:1.37 AS base
RUN echo tools > /tools

FROM base AS build
COPY deps.txt /
RUN sort deps.txt > deps.sorted
COPY app.txt /
RUN cat deps.sorted app.txt > app.out

FROM base AS test
COPY --from=build /app.out /
RUN grep -q . app.out

FROM busybox:1.37 AS app
COPY --from=build /app.out /srv/
RUN cp /srv/app.out /all
CMD ["cat", "/all"]
"""
BASE = ("base: RUN echo tools > /tools",)
DEPS = ("build: COPY deps.txt /", "build: RUN sort deps.txt > deps.sorted")
SOURCE = ("build: COPY app.txt /", "build: RUN cat deps.sorted app.txt > app.out")
TEST = ("test: COPY --from=build /app.out /", "test: RUN grep -q . app.out")
APP = ("app: COPY --from=build /app.out /srv/", "app: RUN cp /srv/app.out /all")
STAGEPLAN = (sys.executable, "-m", "stageplan")


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A folder with a Dockerfile, and a registry to push to."""

    folder: Path
    registry: lab.Registry

    def write(self, **files: str) -> None:
        """Files of the folder have these contents; `_` stands for a dot in their names."""
        for name, content in files.items():
            (self.folder / name.replace("_", ".")).write_text(content)

    def options(self, *more: str) -> list[str]:
        """What every command of stageplan is given."""
        image = f"{self.registry.host}/app"
        return ["--strategy", "keyed", "--image", image, "--check", "test", "--scope", "main", *more]

    def run(self, engine: lab.Engine, *more: str) -> tuple[str, ...]:
        """The instructions that a run of stageplan ran, in the order of the file.

        Raises:
            CommandError: it failed.
        """
        report = self.folder.parent / f"report-{engine.suite}.json"
        engine.run(*STAGEPLAN, "run", ".", *self.options(*more), "--report", str(report), cwd=self.folder)
        return instructions_that_ran(report)

    def fails(self, engine: lab.Engine, *more: str) -> str:
        """What a run of stageplan says that fails."""
        try:
            self.run(engine, *more)
        except CommandError as error:
            return str(error)
        raise AssertionError("it succeeded")

    def start(self, engine: lab.Engine, *more: str) -> "subprocess.Popen[str]":
        """A run of stageplan that nobody waits for."""
        words = [*STAGEPLAN, "run", ".", *self.options(*more)]
        return subprocess.Popen(
            words,
            cwd=self.folder,
            env=engine.env,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def refs(self) -> dict[str, str]:
        """The digest of each ref in the registry, with `FORM-…` for the tag of a key."""
        found = Registry()
        refs = {
            f"{repository}:{tag}": f"{self.registry.host}/{repository}:{tag}"
            for repository in ("app", "app-cache")
            for tag in found.tags(f"{self.registry.host}/{repository}")
        }
        digests = found.exists_many(refs.values())
        return {name: digests[ref] or "" for name, ref in refs.items()}

    def packings(self) -> dict[str, set[str]]:
        """How the layers of images are packed: of `app`, and of each form that stages are kept in."""
        found = dict[str, set[str]]()
        for form, layer in self._layers():
            found.setdefault(form, set()).add(re.split("[+.]", layer["mediaType"])[-1])
        return found

    def layers(self, wanted: str) -> set[str]:
        """The digests of the layers of images of one form."""
        return {layer["digest"] for form, layer in self._layers() if form == wanted}

    def _layers(self) -> Iterator[tuple[str, dict[str, str]]]:
        """Every layer as a manifest describes it, with the form of its image."""
        registry = Registry()
        for ref in self.refs():
            manifest = registry.manifest(f"{self.registry.host}/{ref}")
            assert manifest is not None
            repository, _, tag = ref.partition(":")
            form = tag.partition("-")[0] if repository == "app-cache" else repository
            for layer in json.loads(manifest.body)["layers"]:
                yield form, layer

    def backdate(self, prefix: str) -> None:
        """The images with such tags were made in 2020, as far as they say."""
        registry = Registry()
        repository = f"{self.registry.host}/app-cache"
        for tag in registry.tags(repository):
            manifest = registry.manifest(f"{repository}:{tag}")
            if not tag.startswith(prefix) or manifest is None:
                continue
            document = json.loads(manifest.body)
            config = json.loads(registry.blob(repository, document["config"]["digest"]))
            config["history"] = [entry | {"created": "2020-01-01T00:00:00Z"} for entry in config["history"]]
            blob = json.dumps(config).encode()
            document["config"] |= {"digest": registry.put_blob(repository, blob), "size": len(blob)}
            body = json.dumps(document).encode()
            registry.put_manifest(f"{repository}:{tag}", Manifest(body=body, media_type=manifest.media_type))

    def output(self, engine: lab.Engine, tag: str = "main") -> str:
        """What the image prints."""
        return engine.run("docker", "run", "--rm", f"{self.registry.host}/app:{tag}").stdout


def requests_since(registry: lab.Registry, before: int) -> set[str]:
    """What the registry was asked since then: method, and the kind of thing asked for."""
    kinds = set()
    for request in registry.requests()[before:]:
        method, path, _ = request.split(" ")
        kinds.add(
            f"{method} {'manifests' if '/manifests/' in path else 'blobs' if '/blobs/' in path else path}"
        )
    return kinds

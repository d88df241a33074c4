"""Plain builds of a history on an engine that keeps all it ever built: what must run, what must come out."""

import json
import subprocess
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

import lab
from bench.replay.bases import Base, push_base
from bench.replay.progress import Ran, instructions_run
from bench.replay.setting import Setting
from bench.replay.workload import Workload
from lab import layers
from lab.door import MANIFEST, Door, digest_of
from lab.images import CONFIG

REPOSITORY = "plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Blob:
    """A layer as the registry has it.

    Attributes:
        diff_id: the digest of what is packed in it.
    """

    digest: str
    size: int
    media_type: str
    diff_id: str


Chain = tuple[Blob, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainBuild:
    """What a commit makes necessary.

    Attributes:
        ran: the instructions that ran where everything earlier was there.
        stages: the layers of each stage, from the lowest.
        bases: the layers of each base image.
    """

    ran: tuple[Ran, ...]
    stages: dict[str, Chain]
    bases: dict[str, Chain]


class Plain:
    """An engine that is never wiped, and a registry without limits for what it builds.

    Attributes:
        builds: what each commit made necessary, in order.
    """

    def __init__(self, workload: Workload, setting: Setting) -> None:
        self.registry = lab.Registry()
        self.builds: list[PlainBuild] = []
        self._unpacked: dict[tuple[Chain, ...], float] = {}
        self._workload = workload
        self._setting = setting

    def __enter__(self) -> Self:
        self.registry.start()
        self._engine = self._setting.engine(self.registry)
        self._engine.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._engine.stop()
        self.registry.close()

    def move(self, base: Base, revision: int) -> None:
        """The base image's name means another image now."""
        push_base(self.registry, base, shrink=self._setting.shrink, revision=revision)

    def build(self, context: Path) -> None:
        """Builds the next commit and pushes the image of each of its stages."""
        ran = self._build(context)
        number = len(self.builds)
        for stage in self._workload.stages:
            output = f"--output=type=image,push=true,name={self.registry.host}/{_image(stage, number)}"
            words = ("docker", "buildx", "build", "--provenance=false", f"--target={stage}", output, ".")
            self._engine.run(*words, cwd=context)
        build = PlainBuild(
            ran=ran,
            stages={stage: self._layers(_image(stage, number)) for stage in self._workload.stages},
            bases={base.name: self._layers(_base_image(base.name)) for base in self._workload.bases},
        )
        self.builds.append(build)

    def images(self, number: int) -> dict[str, lab.Image]:
        """The published images of a commit, by target; commits count from 0."""
        return {
            target: lab.Image.read(self.registry, _image(target, number)) for target in self._workload.targets
        }

    def unpack_seconds(self, chains: tuple[Chain, ...]) -> float:
        """How long an engine with nothing in it takes to pull these layers over no wire; the best of two."""
        if not chains:
            return 0.0
        if chains not in self._unpacked:
            refs = [f"{self.registry.host}/{self._push(chain)}" for chain in chains]
            self._unpacked[chains] = min(self._pull_seconds(refs) for _ in range(2))
        return self._unpacked[chains]

    def _pull_seconds(self, refs: Iterable[str]) -> float:
        """How long an engine with nothing in it takes to pull images, all at once."""
        with self._setting.engine(self.registry) as engine:
            started = time.perf_counter()
            pulls = [
                subprocess.Popen(["docker", "pull", ref], env=engine.env, stdout=subprocess.DEVNULL)
                for ref in refs
            ]
            codes = [pull.wait() for pull in pulls]
            seconds = time.perf_counter() - started
        if any(codes):
            raise RuntimeError(f"could not pull {' '.join(refs)}")
        return seconds

    def _build(self, context: Path) -> tuple[Ran, ...]:
        """Builds all that is asked for, side by side."""
        ends = (*self._workload.checks, *self._workload.targets)
        targets = {end: {"target": end, "output": ["type=cacheonly"]} for end in ends}
        with TemporaryDirectory(prefix="replay-") as folder:
            path = Path(folder, "docker-bake.json")
            path.write_text(json.dumps({"target": targets}), encoding="utf-8")
            words = ("docker", "buildx", "bake", "--progress=rawjson", "--allow=fs.read=.", f"--file={path}")
            return instructions_run(self._engine.run(*words, *ends, cwd=context).stderr.encode())

    def _layers(self, image: str) -> Chain:
        repository, _, tag = image.rpartition(":")
        with Door(self.registry, repository) as door:
            manifest = door.manifest(tag)
            config = json.loads(door.blob(manifest["config"]["digest"]))
        pairs = zip(manifest["layers"], config["rootfs"]["diff_ids"], strict=True)
        return tuple(
            Blob(
                digest=layer["digest"],
                size=layer["size"],
                media_type=layer["mediaType"],
                diff_id=diff_id,
            )
            for layer, diff_id in pairs
        )

    def _push(self, chain: Chain) -> str:
        """Where an image of these layers alone lies in the registry."""
        config = json.dumps(
            {
                "architecture": layers.architecture(),
                "os": "linux",
                "config": {},
                "rootfs": {"type": "layers", "diff_ids": [blob.diff_id for blob in chain]},
            }
        ).encode()
        manifest = {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": {"mediaType": CONFIG, "digest": digest_of(config), "size": len(config)},
            "layers": [
                {"mediaType": blob.media_type, "digest": blob.digest, "size": blob.size} for blob in chain
            ],
        }
        tag = digest_of(config).rpartition(":")[2][:16]
        places = {
            blob.digest: _base_image(name).rpartition(":")[0]
            for build in self.builds
            for name, layers_of_base in build.bases.items()
            for blob in layers_of_base
        }
        with Door(self.registry, REPOSITORY) as door:
            for blob in chain:
                if blob.digest in places:
                    door.mount_blob(blob.digest, places[blob.digest])
            door.push_blob(config)
            door.push_manifest(tag, json.dumps(manifest).encode())
        return f"{REPOSITORY}:{tag}"


def _image(stage: str, number: int) -> str:
    """Where the image of a stage at a commit lies in the registry."""
    return f"{REPOSITORY}:{stage}-{number}"


def _base_image(name: str) -> str:
    """Where a base image lies in the registry."""
    return f"library/{name}"

"""A key stays the same exactly where a real builder, warm from the build before, runs nothing again."""

import os
import shutil
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import lab
from stageplan.dockerfile.reader import read_dockerfile
from stageplan.graph import BuildOptions, ImageConfig, build_graph
from stageplan.keys.model import KeyFacts, StageKey
from stageplan.keys.stage_keys import stage_keys
from stageplan.run.build_record import BuildRecord
from stageplan.run.progress_stream import ProgressStream
from stageplan.system.context_digests import ContextDigests
from tests.keys.edits import BRANCH_EDITS, PROJECTS, WHOLE_EDITS, Edit, Project, random_edit

EXAMPLES = int(os.environ.get("STAGEPLAN_ENGINE_EXAMPLES", "8"))
PLATFORM = f"linux/{'arm64' if os.uname().machine == 'aarch64' else 'amd64'}"
BASE, TRIGGERS = "team/keyed:1", "team/triggers:1"
ONBUILD = ("COPY fired /fired", "RUN touch /fired/by-trigger")
AT_ONCE = 3

Keys = Mapping[str, StageKey]


class Builder:
    """One engine, warm from what it built before, and the images of its hub by their revisions."""

    def __init__(self, engine: lab.Engine, hub: lab.Registry, folder: Path) -> None:
        self._engine = engine
        self._hub = hub
        self._folder = folder
        self._triggers = lab.push_image(hub, TRIGGERS, config={"OnBuild": list(ONBUILD)})
        self._base = ""

    def use(self, revision: int) -> None:
        """The base's tag names this revision."""
        self._base = lab.push_image(self._hub, BASE, revision=revision)

    def keys(self, root: Path, args: Mapping[str, str]) -> Keys:
        """The keys of a project's stages, by name."""
        digests = {f"docker.io/{BASE}": self._base, f"docker.io/{TRIGGERS}": self._triggers}
        configs = {
            (ref, PLATFORM): ImageConfig(
                environment={"PATH": "/usr/local/bin:/usr/bin:/bin"},
                onbuild=ONBUILD if "triggers" in ref else (),
            )
            for ref in digests
        }
        options = BuildOptions(build_args=args, platform=PLATFORM, build_platform=PLATFORM)
        dockerfile = read_dockerfile((root / "Dockerfile").read_bytes(), "Dockerfile")
        graph = build_graph(dockerfile, options, configs)
        facts = KeyFacts(
            images=digests,
            inspected=frozenset(configs),
            digest_of=ContextDigests(str(root), root / "Dockerfile", self._folder / "cache"),
            platform=PLATFORM,
            build_args=args,
        )
        keys = stage_keys(graph, facts)
        assert [key.unkeyed for key in keys] == [None] * len(keys)
        return {stage.label: key for stage, key in zip(graph.stages, keys, strict=True)}

    def run_again(self, root: Path, args: Mapping[str, str]) -> set[str]:
        """The stages of which a build runs an instruction."""
        words = ["docker", "buildx", "build", "--progress=rawjson", "--provenance=false"]
        given = [f"--build-arg={name}={value}" for name, value in args.items()]
        result = self._engine.run(*words, "--output=type=cacheonly", *given, root)
        record, stream = BuildRecord(), ProgressStream()
        for line in result.stderr.encode().splitlines(keepends=True):
            report = stream.feed(line)
            if report is not None and not isinstance(report, str):
                record.add(report)
        ran = (vertex.place for vertex in record.instructions if not vertex.cached)
        return {place.stage or "stage-0" for place in ran if place}


@pytest.fixture
def builder(engine: lab.Engine, hub: lab.Registry, tmp_path: Path) -> Iterator[Builder]:
    """A builder, whose contexts all lie in one folder."""
    yield Builder(engine, hub, tmp_path)
    shutil.rmtree(tmp_path, ignore_errors=True)


def differences(
    builder: Builder, project: Project, edits: Mapping[str, Edit], folder: Path
) -> dict[str, str]:
    """By edit, where keys and builder do not agree."""
    project.write(folder / "before")
    builder.use(1)
    before = builder.keys(folder / "before", {})
    builder.run_again(folder / "before", {})

    def difference(name: str) -> str:
        edit, root = edits[name], folder / name.replace(" ", "-")  # a folder of its own is sent as a whole
        project.write(root)
        edit.apply(root)
        after = builder.keys(root, edit.args)
        return compared(edit, before, after, builder.run_again(root, edit.args))

    moved = [name for name in edits if edits[name].revision != 1]
    still = [name for name in edits if name not in moved]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = dict(zip(still, pool.map(difference, still), strict=True))
    for name in moved:
        builder.use(edits[name].revision)
        found[name] = difference(name)
    return {name: text for name, text in found.items() if text}


def compared(edit: Edit, before: Keys, after: Keys, ran: set[str]) -> str:
    """Where a stage that ran kept its key, or one that did not run lost it for no written reason."""
    wrong = []
    for (old_name, old), (name, new) in zip(before.items(), after.items(), strict=True):
        if old.digest == new.digest:
            assert old.files == new.files
        if old.files == new.files and name in ran:
            wrong.append(f"{name} ran again with the same key")
        is_stricter = old_name in edit.stricter or only_passed_on(old, new)
        if old.files != new.files and name not in ran and not is_stricter:
            wrong.append(f"{name} has another key, and nothing of it ran")
        if old_name in edit.stricter and old.files == new.files:
            wrong.append(f"{name} is not stricter")
    return "; ".join(wrong)


def only_passed_on(old: StageKey, new: StageKey) -> bool:
    """A stage that it takes files from has another key: here the builder compares files, the key does not."""
    one, two = ([item for item in key.inputs if item.kind != "setting"] for key in (old, new))
    differing = {(was.kind, now.kind) for was, now in zip(one, two, strict=False) if was != now}
    return len(one) == len(two) and differing == {("copied-stage", "copied-stage")}


@pytest.mark.parametrize(("name", "edits"), [("branches", BRANCH_EDITS), ("whole", WHOLE_EDITS)])
def test_small_changes(builder: Builder, tmp_path: Path, name: str, edits: Mapping[str, Edit]) -> None:
    project = PROJECTS[name]
    drawn = {f"random {seed}": random_edit(seed, project) for seed in range(EXAMPLES)}
    assert differences(builder, project, {**edits, **drawn}, tmp_path) == {}

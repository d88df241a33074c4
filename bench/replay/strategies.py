"""How each strategy builds a commit: the commands that somebody would write down for it."""

import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from bench.replay.workload import Workload

Words = list[str]
BUILD = ["docker", "buildx", "build", "--provenance=false"]
CACHE_ONLY = "--output=type=cacheonly"
UNSTORED = "type=image,push=true,store=false"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One commit for one strategy.

    Attributes:
        host: of the registry.
        scope: the branch.
        source: the branch whose caches are there: this one, else the main one; None before the first build.
        folder: for files that lie beside the project.
    """

    workload: Workload
    host: str
    scope: str
    source: str | None
    folder: Path

    @property
    def report(self) -> Path:
        """Where a run of stageplan writes its report."""
        return self.folder / "report.json"

    def repository(self, target: str) -> str:
        """Where the images of a target lie in the registry."""
        return f"{self.workload.name}/{target}"

    def image(self, target: str) -> str:
        """The name of the image of a target."""
        return f"{self.host}/{self.repository(target)}:{self.scope}"

    def cache(self, stage: str, *, scope: str | None = None) -> str:
        """The ref of the cache of a stage; in one repository for all, so that no layer goes up twice."""
        return f"{self.host}/{self.repository('cache')}:{scope or self.scope}-{stage}"

    def imports(self, stages: Iterable[str]) -> Words:
        """The options that import the caches of stages, where there are any."""
        if self.source is None:
            return []
        return [f"--cache-from=type=registry,ref={self.cache(stage, scope=self.source)}" for stage in stages]


@dataclass(frozen=True, slots=True, kw_only=True)
class Strategy:
    """A way to build a commit.

    Attributes:
        summary: what it does, for tables.
        commands: one after the other.
        is_ours: whether stageplan carries it out.
    """

    name: str
    summary: str
    commands: Callable[[Job], list[Words]]
    is_ours: bool = False


def _no_cache(job: Job) -> list[Words]:
    return [*_checks(job), *([*_build(target), _push(job, target), "."] for target in job.workload.targets)]


def _checks(job: Job) -> list[Words]:
    return [[*_build(check), CACHE_ONLY, "."] for check in job.workload.checks]


def _inline(job: Job) -> list[Words]:
    """An image for every stage, each build given the images of all stages up to its own."""
    found = []
    stages = tuple(job.workload.stages)
    for number, stage in enumerate(stages):
        image = job.image(stage) if stage in job.workload.targets else job.cache(stage)
        known = [] if job.source is None else stages[: number + 1]
        donors = [_inline_image(job, donor) for donor in known]
        imports = [f"--cache-from=type=registry,ref={donor}" for donor in donors]
        found.append([*_build(stage), *imports, "--cache-to=type=inline", f"--tag={image}", "--push", "."])
    return found


def _inline_image(job: Job, stage: str) -> str:
    if stage in job.workload.targets:
        return f"{job.host}/{job.repository(stage)}:{job.source}"
    return job.cache(stage, scope=job.source)


def _registry_max(job: Job) -> list[Words]:
    """A command for each published or checked stage, all of them importing all caches."""
    ends = _ends(job.workload)
    return [[*_build(end), *job.imports(ends), *_export(job, end), _output(job, end), "."] for end in ends]


def _own_ref(job: Job) -> list[Words]:
    """A command for each published or checked stage, each with its own cache alone."""
    return [
        [*_build(end), *job.imports([end]), *_export(job, end), _output(job, end), "."]
        for end in _ends(job.workload)
    ]


def _bake(job: Job) -> list[Words]:
    """One command for all, by a file that uses all that bake offers."""
    targets = {
        end: {
            "target": end,
            "context": ".",
            "attest": ["type=provenance,disabled=true"],
            "cache-from": [word.removeprefix("--cache-from=") for word in job.imports([end])],
            "cache-to": [f"type=registry,ref={job.cache(end)},mode=max"],
            "tags": [job.image(end)] if end in job.workload.targets else [],
            "output": [UNSTORED if end in job.workload.targets else "type=cacheonly"],
        }
        for end in _ends(job.workload)
    }
    path = job.folder / "docker-bake.json"
    path.write_text(json.dumps({"group": {"default": {"targets": list(targets)}}, "target": targets}))
    return [["docker", "buildx", "bake", "--allow=fs.read=.", f"--file={path}"]]


def _stageplan(*options: str) -> Callable[[Job], list[Words]]:
    def commands(job: Job) -> list[Words]:
        program = str(Path(sys.executable).with_name("stageplan"))
        targets = job.workload.targets
        repository = job.repository("{target}" if len(targets) > 1 else targets[0])
        image = f"--image={job.host}/{repository}"
        found = [program, "run", ".", *options, image, f"--scope={job.scope}"]
        found += ["--fallback-scope=main", f"--report={job.report}"]
        found += [f"--target={target}" for target in targets]
        return [[*found, *(f"--check={check}" for check in job.workload.checks)]]

    return commands


def _ends(workload: Workload) -> tuple[str, ...]:
    """The stages that somebody asks for: the tests come first, so that nothing untested is published."""
    return (*workload.checks, *workload.targets)


def _build(stage: str) -> Words:
    return [*BUILD, f"--target={stage}"]


def _export(job: Job, stage: str) -> Words:
    return [f"--cache-to=type=registry,ref={job.cache(stage)},mode=max"]


def _push(job: Job, target: str) -> str:
    return f"--output={UNSTORED},name={job.image(target)}"


def _output(job: Job, stage: str) -> str:
    return _push(job, stage) if stage in job.workload.targets else CACHE_ONLY


def _ours(name: str, options: str) -> Strategy:
    words = options.split()
    return Strategy(name=name, summary=f"stageplan {options}", commands=_stageplan(*words), is_ours=True)


STRATEGIES = (
    Strategy(name="none", summary="no cache", commands=_no_cache),
    Strategy(name="inline", summary="an inline image per stage", commands=_inline),
    Strategy(name="max", summary="mode=max, commands import all refs", commands=_registry_max),
    Strategy(name="bake", summary="bake by an expert", commands=_bake),
    Strategy(name="own-ref", summary="a command and a ref per target", commands=_own_ref),
    _ours("registry", "--strategy registry"),
    _ours("registry-targets", "--strategy registry --split targets"),
    _ours("keyed", "--strategy keyed"),
)

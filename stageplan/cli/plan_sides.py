"""A plan file as a side of a comparison."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from stageplan.cli.keys import read_lock
from stageplan.cli.sides import Asked, disk_files, side
from stageplan.dockerfile.instructions import Dockerfile
from stageplan.dockerfile.reader import read_dockerfile
from stageplan.errors import UsageError
from stageplan.plan.document import decode_plan
from stageplan.plan.model import Plan
from stageplan.review.diff.side import Side
from stageplan.stages.options import BuildOptions
from stageplan.system.files import read_bytes
from stageplan.system.git import Git
from stageplan.system.process import Processes


def side_of_plan(path: Path) -> Side:
    """The Dockerfile that a plan was made for, with what the plan decides.

    Raises:
        UsageError: the plan is none, or its Dockerfile is nowhere any more (`plan-dockerfile-gone`).
        DockerfileError: the build would refuse it.
    """
    plan = decode_plan(read_bytes(path), path=str(path))
    asked = Asked(options=_options(plan), targets=plan.targets, checks=plan.checks)
    files_of = disk_files(Path(plan.inputs.context), Path(plan.inputs.dockerfile))
    found = side(str(path), _dockerfile(plan, path), asked, files_of, read_lock())
    return replace(found, settings=dict(_settings(plan)))


def _dockerfile(plan: Plan, path: Path) -> Dockerfile:
    """The file with the digest that the plan names: the one on disk, or an earlier one that git has."""
    named = Path(plan.inputs.dockerfile)
    git = Git(named.parent, Processes())
    candidates = [read_bytes(named)] if named.is_file() else []
    for data in _all_versions(candidates, git, named):
        dockerfile = read_dockerfile(data, str(named))
        if dockerfile.digest == plan.inputs.dockerfile_digest:
            return dockerfile
    raise UsageError(
        "plan-dockerfile-gone",
        f"'{named}' is no longer what '{path}' was made for, and git has no such version of it",
        hint="make the plan again, or compare revisions",
    )


def _all_versions(on_disk: list[bytes], git: Git, named: Path) -> Iterator[bytes]:
    yield from on_disk
    for commit in git.commits_of(named.name):
        data = git.content(commit, named.name)
        if data is not None:
            yield data


def _options(plan: Plan) -> BuildOptions:
    inputs = plan.inputs
    return BuildOptions(
        build_args={arg.name: arg.value for arg in inputs.build_args if arg.value is not None},
        build_contexts={context.name: context.value for context in inputs.build_contexts},
        platform=inputs.platform.partition(",")[0] if inputs.platform else None,
    )


def _settings(plan: Plan) -> Iterator[tuple[str, str]]:
    parameters = plan.parameters
    yield "strategy", plan.strategy
    yield "split", plan.split
    yield "image", parameters.image or ""
    yield "cache image", parameters.cache_image or ""
    yield "cache folder", parameters.cache_dir or ""
    yield "scope", parameters.scope
    yield "fallback scopes", ", ".join(parameters.fallback_scopes)
    yield "read-only", "yes" if parameters.read_only else "no"
    yield "targets", ", ".join(plan.targets)
    yield "checks", ", ".join(plan.checks)
    yield "platform", plan.inputs.platform or ""
    yield from ((f"build arg {arg.name}", arg.value or "") for arg in plan.inputs.build_args)
    yield from ((f"stage {stage.name}", stage.action) for stage in plan.stages)

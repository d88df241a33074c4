"""The jobs of a plan make what `stageplan run` makes, on machines that share nothing but the registry."""

import re
from pathlib import Path

import pytest

import lab
from lab import LabUnavailableError
from lab.ci_tools import GITLAB, node_program
from lab.contents import Image, differences
from stageplan.system.registry import Registry as Tags
from tests.scenarios.job_runners import Project, Source, fresh_engines, merge_request, pull_request
from tests.scenarios.keyed_project import requests_since

DEMO = Source(folder="demo", options=("--check", "test"))
TARGETS = Source(
    folder="plans/registry-targets",
    files={"deps.txt": "deps\n", "app.txt": "app\n", "app.conf": "conf\n"},
    options=("--target", "final", "--target", "test", "--tag", "main"),
    images=("{target}",),
)
AWKWARD = Source(
    folder="jobs/awkward",
    options=(
        *("--build-arg", "GREETING=$(id) `id` \"q\" 'q' \\ $HOME $$ # << {{x}} %s"),
        *("--build-arg", "FROM_ENV", "--secret", "id=token,env=TOKEN"),
    ),
    environment={"TOKEN": "right", "FROM_ENV": "from the environment"},
    secrets=frozenset({"TOKEN"}),
)
READ = {"GET /v2/", "HEAD manifests", "GET manifests", "GET blobs", "HEAD blobs"}
SYSTEMS = ("make", "github", "gitlab")


@pytest.fixture
def gitlab() -> None:
    """gitlab-ci-local is there; without it the test is skipped, with the reason."""
    try:
        node_program(GITLAB)
    except LabUnavailableError as error:
        pytest.skip(str(error))


def published(registry: lab.Registry, source: Source, name: str) -> list[Image]:
    names = [image.replace("{target}", target) for image in source.images for target in ("final", "test")]
    return [Image.read(registry, f"{name}/{image}:main") for image in dict.fromkeys(names)]


def ran_instructions(text: str) -> list[int]:
    """How many instructions each run of stageplan ran, in the order of the jobs."""
    return [int(count) for count in re.findall(r"(\d+) instructions? ran", text)]


def refs(registry: lab.Registry, name: str) -> set[str]:
    """The refs of an image that a system publishes."""
    return {f"{name}/app:{tag}" for tag in Tags().tags(f"{registry.host}/{name}/app")}


def assert_same(registry: lab.Registry, source: Source, system: str) -> None:
    pairs = zip(published(registry, source, "run"), published(registry, source, system), strict=True)
    assert [differences(left, right) for left, right in pairs] == [()] * (2 if source is TARGETS else 1)


@pytest.mark.usefixtures("gitlab")
@pytest.mark.parametrize(
    ("source", "jobs_from"),
    [pytest.param(DEMO, "waves", id="demo"), pytest.param(TARGETS, "stages", id="two targets")],
)
def test_jobs_make_what_a_run_makes(
    engine: lab.Engine, registry: lab.Registry, tmp_path: Path, source: Source, jobs_from: str
) -> None:
    project = Project.make(source, tmp_path / "app", engine, registry)
    project.build("run")
    for system in SYSTEMS:
        project.write_jobs(system, "--runner", "ubuntu-latest", "--jobs-from", jobs_from)
        project.run_jobs(system)
        assert_same(registry, source, system)


@pytest.mark.usefixtures("gitlab")
def test_a_job_that_is_tried_again_finds_on_a_new_machine_what_others_finished(
    engine: lab.Engine, registry: lab.Registry, tmp_path: Path
) -> None:
    project = Project.make(AWKWARD, tmp_path / "app", engine, registry)
    project.build("run")
    with fresh_engines(engine, tmp_path) as setup:
        for system in SYSTEMS[1:]:
            project.write_jobs(system, "--runner", "ubuntu-latest")
            engine.wipe()
            first = project.run_jobs(system, environment={"TOKEN": "wrong"}, check=False)
            assert "stage 'app' failed at 'RUN --mount=type=secret,id=token test" in first
            assert ran_instructions(first)[:2] == [1, 2]  # tools.v1, build_it
            assert f"{system}/app:main" not in refs(registry, system)

            project.write_jobs(system, "--runner", "ubuntu-latest", setup=setup)
            second = ran_instructions(project.run_jobs(system))
            assert second[:2] == [0, 0]
            assert second[2:] in ([2, 0], [3, 0])  # app, of which a step may have been finished; publish
            assert_same(registry, AWKWARD, system)


def test_the_scripts_of_pods(engine: lab.Engine, registry: lab.Registry, tmp_path: Path) -> None:
    project = Project.make(AWKWARD, tmp_path / "app", engine, registry)
    project.build("run")
    for system in ("argo", "tekton"):
        project.write_jobs(system)
        before = len(registry.requests())
        assert len(ran_instructions(project.run_pods(system, read_only=True))) == 1
        assert requests_since(registry, before) <= READ
        project.run_pods(system)
        assert_same(registry, AWKWARD, system)


@pytest.mark.usefixtures("gitlab")
def test_the_pull_request_of_a_fork_writes_nothing(
    engine: lab.Engine, registry: lab.Registry, tmp_path: Path
) -> None:
    project = Project.make(DEMO, tmp_path / "app", engine, registry)
    project.build("github")
    project.build("gitlab")
    project.write_jobs("github")
    project.write_jobs("gitlab", "--runner", "own")
    (project.folder / "pages" / "evil.txt").write_text("Evil\n\nIt comes from elsewhere.\n")
    project.commit()
    before = len(registry.requests())

    event = pull_request(tmp_path, "stranger/app")
    told = project.run_jobs("github", "pull_request", "--eventpath", str(event))
    assert re.findall("Job succeeded", told) == ["Job succeeded"]  # that of the last job
    assert ran_instructions(told)[0] > 0

    told = project.run_jobs("gitlab", environment=merge_request("stranger/app"))
    assert re.findall("PASS +([a-z-]+)", told) == ["publish"]
    assert requests_since(registry, before) <= READ


@pytest.mark.usefixtures("gitlab")
def test_a_pull_request_of_ones_own_is_built_when_its_branch_is(
    engine: lab.Engine, registry: lab.Registry, tmp_path: Path
) -> None:
    project = Project.make(DEMO, tmp_path / "app", engine, registry)
    project.write_jobs("github")
    project.write_jobs("gitlab", "--runner", "own")
    told = project.run_jobs("github", "pull_request", "--eventpath", str(pull_request(tmp_path, "team/app")))
    assert "Job succeeded" not in told
    assert "publish" not in project.run_jobs("gitlab", "--list", environment=merge_request("team/app"))
    assert "publish" in project.run_jobs("gitlab", "--list")

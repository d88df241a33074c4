"""`keyed` by buildah and podman: what is there by key is not built again, and is what buildah builds."""

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

import lab
from bench.trials import KINDS, Kind, instructions_that_ran, needless
from lab.contents import Image, differences
from stageplan.system.registry import Registry
from tests.scenarios.keyed_project import APP, BASE, DEPS, DOCKERFILE, SOURCE, STAGEPLAN, TEST, Project
from tests.scenarios.recorder import recorded_programs
from tests.scenarios.shapes import SHAPES

SEEN = tuple(kind for kind in KINDS if kind.name in {"after a failed run", "new branch"})
BUILDABLE = (  # by buildah 1.28, which knows no here-documents, no --link and no case in names
    "settings",
    "whole stages",
    "stages that are alike",
    "an ignore file of its own",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LayersProject(Project):
    """A project, and a machine that holds nothing."""

    host: lab.BuildahHost

    def words(self, *more: str) -> list[str]:
        engine = [] if "--engine" in more else ["--engine", "buildah"]
        return self.options(*engine, *more)

    def build(self, *more: str, check: bool = True) -> tuple[str, ...]:
        """The instructions that ran on a machine that holds nothing, in the order of the file."""
        self.host.wipe()
        report = self.folder.parent / "report.json"
        words = ("run", ".", *self.words(*more), "--report", str(report))
        self.host.run(*STAGEPLAN, *words, cwd=self.folder, check=check)
        return instructions_that_ran(report)

    def plain(self, *more: str) -> Image:
        """What buildah makes of the Dockerfile when it is told nothing else."""
        self.host.wipe()
        image = f"{self.registry.host}/plain:main"
        for words in (("build", "--format=docker", f"--tag={image}", *more, "."), ("push", image)):
            self.host.run("buildah", words[0], "--tls-verify=false", *words[1:], cwd=self.folder)
        return self.image("plain")

    def image(self, repository: str) -> Image:
        """An image as it was pushed, but for the name of the container that it comes from."""
        found = Image.read(self.registry, f"{repository}:main")
        return replace(found, config={**found.config, "Hostname": ""})

    def tags(self) -> set[str]:
        return set(Registry().tags(f"{self.registry.host}/app"))


@pytest.fixture
def project(project: Project, buildah_host: lab.BuildahHost) -> LayersProject:
    project.write(Dockerfile=buildah_host.localized(DOCKERFILE))
    return LayersProject(host=buildah_host, registry=project.registry, folder=project.folder)


@pytest.mark.parametrize("kind", SEEN, ids=lambda kind: kind.name)
@pytest.mark.parametrize("strategy", ["buildah-keyed", "podman-keyed"])
def test_nothing_runs_needlessly(buildah_host: lab.BuildahHost, strategy: str, kind: Kind) -> None:
    assert needless(buildah_host, strategy, kind, 1) == [()]


def test_only_what_a_change_reaches_is_built(project: LayersProject) -> None:
    assert project.build() == (*BASE, *DEPS, *SOURCE, *TEST, *APP)
    assert project.build() == ()
    project.write(app_txt="changed\n")
    assert project.build("--engine", "podman") == (*SOURCE, *TEST, *APP)
    project.write(app_txt="app\n")
    assert project.build("--scope", "branch") == ()
    assert {"main", "branch"} <= project.tags()


def test_script_and_run_issue_the_same_commands(project: LayersProject, tmp_path: Path) -> None:
    plan = (*STAGEPLAN, "plan", ".", *project.words(), "-o", "plan.json")
    project.host.run(*plan, cwd=project.folder)
    project.host.run(*STAGEPLAN, "script", "plan.json", "-o", "build.sh", cwd=project.folder)
    run = (*STAGEPLAN, "run", "plan.json", "-j", "1")
    by_run = recorded_programs(project.host, tmp_path, project.folder, *run)
    project.host.wipe()
    by_script = recorded_programs(project.host, tmp_path, project.folder, "dash", "build.sh")
    assert _without_folders(by_run) == [
        words for words in _without_folders(by_script) if not any("stageplan-probe" in word for word in words)
    ]
    assert len(by_run) == 10


def test_a_script_moves_tags_without_moving_layers(project: LayersProject) -> None:
    project.build()
    project.host.run(
        *STAGEPLAN, "script", ".", *project.words("--scope", "branch"), "-o", "b.sh", cwd=project.folder
    )
    project.host.wipe()
    before = len(project.registry.requests())
    project.host.run("dash", "b.sh", cwd=project.folder)
    uploads = [line for line in project.registry.requests()[before:] if line.startswith("PATCH ")]
    assert len(uploads) <= 1  # the image's configuration, where its repository has none yet
    pulled = ("buildah", "pull", "--tls-verify=false", f"{project.registry.host}/app:branch")
    project.host.run(*pulled, cwd=project.folder)


def test_a_failed_build_keeps_what_is_finished_and_moves_no_tag(project: LayersProject) -> None:
    project.write(Dockerfile=project.host.localized(DOCKERFILE.replace("grep -q .", "grep -q nothing")))
    project.build(check=False)
    assert "main" not in project.tags()
    project.write(Dockerfile=project.host.localized(DOCKERFILE))
    assert project.build() == TEST[1:]


def test_a_fork_writes_nothing_and_takes_what_is_there(project: LayersProject) -> None:
    project.build()
    project.write(app_txt="changed\n")
    before = len(project.registry.requests())
    assert project.build("--read-only") == (*SOURCE, *TEST, *APP)
    writes = [line for line in project.registry.requests()[before:] if not line.startswith(("GET ", "HEAD "))]
    assert writes == []


def test_a_stage_alone_is_kept_for_the_whole_plan(project: LayersProject) -> None:
    assert project.build("--stage", "build") == (*BASE, *DEPS, *SOURCE)
    assert project.build() == (*TEST, *APP)


def test_an_image_says_what_its_keys_were_made_of(project: LayersProject) -> None:
    project.build()
    project.write(app_txt="changed\n")
    image = f"{project.registry.host}/app:main"
    told = project.host.run(*STAGEPLAN, "explain", "app", "--against", image, cwd=project.folder).stdout
    assert f"'app' differs from {image}" in told


def test_one_stage_is_built_without_the_cache(project: LayersProject) -> None:
    project.build()
    assert project.build("--no-cache", "build") == (*DEPS, *SOURCE)


@pytest.mark.parametrize("strategy", ["keyed", "buildah"])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param({"app_txt": "one\n"}, {"app_txt": "two\n"}, id="of the context"),
        pytest.param({"deps_txt": "one\n"}, {"deps_txt": "two\n"}, id="of a stage"),
    ],
)
def test_what_a_mount_shows_is_never_old(
    project: LayersProject, strategy: str, before: dict[str, str], after: dict[str, str]
) -> None:
    project.write(Dockerfile=project.host.localized(MOUNTS), **before)
    project.build("--strategy", strategy)
    project.write(**after)
    project.build("--strategy", strategy)
    assert differences(project.image("app"), project.plain()) == ()


MOUNTS = """\
FROM busybox:1.37 AS deps
COPY deps.txt /
FROM busybox:1.37 AS test
RUN --mount=from=deps,target=/m test -f /m/deps.txt
FROM busybox:1.37
RUN --mount=target=/c cp /c/app.txt /app
RUN --mount=from=deps,target=/m cp /m/deps.txt /deps
"""


@pytest.mark.parametrize("name", BUILDABLE)
def test_what_is_built_is_what_buildah_builds(project: LayersProject, name: str) -> None:
    shape = SHAPES[name]
    for files in (shape.files, shape.changed):
        for path, content in files.items():
            (project.folder / path).parent.mkdir(exist_ok=True)
            (project.folder / path).write_text(project.host.localized(content))
        words = ("--engine", "buildah", "--strategy", "keyed", "--image", f"{project.registry.host}/app")
        project.host.wipe()
        project.host.run(*STAGEPLAN, "run", ".", *words, "--scope", "main", cwd=project.folder)
    own = [f"--ignorefile={name}" for name in shape.files if name.startswith("Dockerfile.")]
    assert differences(project.image("app"), project.plain(*own)) == ()


def test_a_stage_inherits_the_arguments_of_its_parent(project: LayersProject) -> None:
    text = "FROM busybox:1.37 AS test\nARG Q=q\nFROM test AS child\nRUN test $Q = q\n"
    project.write(Dockerfile=project.host.localized(text))
    assert project.build() == ("child: RUN test $Q = q",)


def test_an_ignore_file_that_only_buildah_reads_is_refused(project: LayersProject) -> None:
    project.write(_containerignore="app.txt\n")
    done = project.host.run(*STAGEPLAN, "plan", ".", *project.words(), cwd=project.folder, check=False)
    assert done.returncode == 2
    assert "error[containerignore]: buildah reads '.containerignore'" in done.stderr


def _without_folders(commands: list[list[str]]) -> list[list[str]]:
    """The commands without the folder that the derived Dockerfile lies in."""
    return [["--file" if word.startswith("--file=") else word for word in words] for words in commands]

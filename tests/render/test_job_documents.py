"""The files of jobs: what the systems' own checkers say of them, and the examples in docs/ci."""

import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from hera.workflows.models import WorkflowTemplate

from lab import LabUnavailableError
from lab.ci_tools import TEKTON, actionlint, node_program
from stageplan.cli.app import app
from stageplan.render.jobs.systems import JOB_SYSTEMS

ROOT = Path(__file__).parents[2]
SCHEMAS = {
    "github": ("vendor.github-workflows", "custom.github-workflows-require-timeout"),
    "gitlab": ("vendor.gitlab-ci",),
    "buildkite": ("vendor.buildkite",),
    "circleci": ("vendor.circle-ci",),
}
# Where the file lies, and what its command says besides `--check test`.
EXAMPLES: dict[str, tuple[str, tuple[str, ...]]] = {
    "github": (".github/workflows/image.yml", ("--image", "ghcr.io/team/demo")),
    "gitlab": (".gitlab-ci.yml", ()),
    "buildkite": (".buildkite/pipeline.yml", ("--image", "registry.example.com/team/demo")),
    "circleci": (".circleci/config.yml", ("--image", "registry.example.com/team/demo")),
    "argo": ("argo.yml", ("--image", "registry.example.com/team/demo")),
    "tekton": ("tekton.yml", ("--image", "registry.example.com/team/demo")),
    "make": ("jobs.mk", ("--image", "registry.example.com/team/demo")),
}
GREETING = "$(id) `id` \"q\" 'q' \\ $HOME $$ # << {{x}} %s"
EVERYTHING = (
    *("--image", "r.example.com/team/app", "--build-arg", f"GREETING={GREETING}", "--build-arg", "FROM_ENV"),
    *("--secret", "id=token,env=TOKEN", "--secret", "id=file,src=token.txt", "--secret", "id=BARE"),
    *("--jobs-from", "waves", "--setup", "echo 'set  up'", "--setup", "echo more"),
    *("--runner", "ubuntu-24.04", "--timeout", "7", "--tag", "v1"),
)


def written(
    folder: Path, monkeypatch: pytest.MonkeyPatch, system: str, file: str, words: Sequence[str]
) -> str:
    """The file that stageplan writes in a copy of a fixture."""
    monkeypatch.chdir(folder)
    arguments = ["script", "--format", system, *words, "-o", file]
    CliRunner().invoke(app, arguments, catch_exceptions=False, standalone_mode=False)
    return Path(file).read_text(encoding="utf-8")


@pytest.fixture
def demo(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "fixtures/demo", tmp_path / "demo"))


@pytest.fixture
def awkward(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "fixtures/jobs/awkward", tmp_path / "app"))


@pytest.fixture
def tekton_lint() -> Path:
    """The linter of Tekton; without it the test is skipped, with the reason."""
    try:
        return node_program(TEKTON)
    except LabUnavailableError as error:
        pytest.skip(str(error))


@pytest.fixture
def github_lint() -> Path:
    """The linter of GitHub's workflows; without it the test is skipped, with the reason."""
    try:
        return actionlint()
    except LabUnavailableError as error:
        pytest.skip(str(error))


def example(system: str) -> Path:
    """Where the example of a system lies."""
    return ROOT / "docs/ci" / ("jobs.mk" if system == "make" else f"{system}.yml")


@pytest.mark.parametrize("system", JOB_SYSTEMS)
def test_the_example_is_what_is_written_now(
    demo: Path, monkeypatch: pytest.MonkeyPatch, system: str, *, update_golden: bool
) -> None:
    file, words = EXAMPLES[system]
    text = written(demo, monkeypatch, system, file, ("--check", "test", *words))
    if update_golden:
        example(system).write_text(text, encoding="utf-8")
    assert example(system).read_text(encoding="utf-8") == text


def said(*words: str | Path, cwd: Path = ROOT) -> str:
    """What a checker prints; nothing, where it has nothing to say."""
    done = subprocess.run(words, cwd=cwd, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def files(folder: Path, monkeypatch: pytest.MonkeyPatch, system: str) -> Iterator[Path]:
    """The example, and a file with everything that one can say."""
    yield example(system)
    name = f"everything-{system}.yml"
    written(folder, monkeypatch, system, name, EVERYTHING)
    yield folder / name


@pytest.mark.parametrize(("system", "schema"), [(name, each) for name in SCHEMAS for each in SCHEMAS[name]])
def test_schema(awkward: Path, monkeypatch: pytest.MonkeyPatch, system: str, schema: str) -> None:
    program = Path(sys.executable).with_name("check-jsonschema")
    transform = ("--data-transform", "gitlab-ci") if system == "gitlab" else ()
    found = files(awkward, monkeypatch, system)
    assert said(program, "--builtin-schema", schema, *transform, *found) == ""


def test_github_lint(awkward: Path, monkeypatch: pytest.MonkeyPatch, github_lint: Path) -> None:
    shellcheck = Path(sys.executable).with_name("shellcheck")
    monkeypatch.setenv("SHELLCHECK_OPTS", "--exclude=SC2016")  # what is quoted is meant to stay as it is
    for file in files(awkward, monkeypatch, "github"):
        assert said(github_lint, f"-shellcheck={shellcheck}", file) == ""


def test_tekton_lint(awkward: Path, monkeypatch: pytest.MonkeyPatch, tekton_lint: Path) -> None:
    for file in files(awkward, monkeypatch, "tekton"):
        assert said(tekton_lint, "--color=false", "--quiet", file.name, cwd=file.parent) == ""
        broken = awkward / "broken.yml"
        broken.write_text(file.read_text(encoding="utf-8").replace("$(params.scope)", "$(params.scop)", 1))
        assert "Undefined param 'scop'" in said(tekton_lint, "--color=false", broken.name, cwd=awkward)


def test_argo_knows_every_field(awkward: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for file in files(awkward, monkeypatch, "argo"):
        document = yaml.safe_load(file.read_text(encoding="utf-8"))
        template = WorkflowTemplate.model_validate(document)
        assert template.model_dump(by_alias=True, exclude_none=True, mode="json") == document
        tasks = document["spec"]["templates"][0]["dag"]["tasks"]
        for position, task in enumerate(tasks):
            waits = set(filter(None, task.get("depends", "").split(" && ")))
            assert waits <= {earlier["name"] for earlier in tasks[:position]}


def test_make_takes_it(awkward: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for file in files(awkward, monkeypatch, "make"):
        assert said("make", "--dry-run", "--warn-undefined-variables", "-f", file, cwd=awkward) == ""


def line_of(system: str, text: str) -> str:
    """The line that reaches the shell in the job of the last stage."""
    if system == "make":
        line = next(line for line in text.splitlines() if line.endswith("--stage=app"))
        return line.strip().replace("$$", "$")
    document: Any = next(yaml.safe_load_all(text))
    match system:
        case "github":
            return str(document["jobs"]["wave-3"]["steps"][-1]["run"])
        case "gitlab":
            return str(document["wave-3"]["script"][0])
        case "buildkite":
            return str(document["steps"][2]["commands"][-1]).replace("$$", "$")
        case "circleci":
            return str(document["jobs"]["wave-3"]["steps"][-1]["run"]["command"]).replace("\\<<", "<<")
        case "argo":
            script = document["spec"]["templates"][1]["container"]["args"][0]
        case _:
            script = document["spec"]["steps"][0]["script"]
    return str(script.splitlines()[-1]).replace(' "$@"', " --stage=app")


@pytest.mark.parametrize("system", JOB_SYSTEMS)
def test_the_shell_gets_the_words_as_they_were(
    awkward: Path, monkeypatch: pytest.MonkeyPatch, system: str
) -> None:
    words = shlex.split(line_of(system, written(awkward, monkeypatch, system, "jobs", EVERYTHING)))
    added = ["--scope=$SCOPE", "--fallback-scope=$FALLBACK_SCOPE"] if system in {"argo", "tekton"} else []
    assert words == [
        *("stageplan", "run", *added, "--strategy=keyed"),
        *(f"--build-arg=GREETING={GREETING}", "--build-arg=FROM_ENV"),
        *("--image=r.example.com/team/app", "--tag=v1"),
        *("--secret=id=token,env=TOKEN", "--secret=id=file,src=token.txt", "--secret=id=BARE"),
        "--stage=app",
    ]


@pytest.mark.parametrize("system", JOB_SYSTEMS)
def test_a_secret_is_named_and_never_given(
    awkward: Path, monkeypatch: pytest.MonkeyPatch, system: str
) -> None:
    monkeypatch.setenv("TOKEN", "do not tell")
    monkeypatch.setenv("FROM_ENV", "nor this")
    text = written(awkward, monkeypatch, system, "jobs", EVERYTHING)
    assert "do not tell" not in text
    assert "nor this" not in text
    references = {
        "github": (
            "TOKEN: ${{ secrets.TOKEN }}",
            "BARE: ${{ secrets.BARE }}",
            "FROM_ENV: ${{ vars.FROM_ENV }}",
        ),
        "argo": ("key: TOKEN", "key: BARE", "key: FROM_ENV"),
        "tekton": ("key: TOKEN", "key: BARE", "key: FROM_ENV"),
    }
    for reference in references.get(system, ()):
        assert reference in text

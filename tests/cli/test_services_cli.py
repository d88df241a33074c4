"""Compose files on the command line: what is refused, and what plans in a file become."""

import json
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from stageplan.cli.app import app
from stageplan.cli.services import names_services
from stageplan.errors import UsageError
from stageplan.plan.document import decode_plan
from stageplan.plan.services.document import ServicePlan, ServicePlans, encode_plans


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "compose.yaml").write_text("services:\n  web:\n    build: .\n")
    return tmp_path


def refused(*words: str) -> str:
    """The error, as it is shown."""
    done = CliRunner().invoke(app, words)
    assert isinstance(done.exception, UsageError), done.output
    return str(done.exception)


@pytest.fixture
def plans(folder: Path) -> str:
    """A file of two plans, the second from the image of the first."""
    found = []
    for name in ("base", "web"):
        (folder / name).mkdir()
        (folder / name / "Dockerfile").write_text("FROM busybox AS app\nRUN true\n")
        words = (
            "plan",
            name,
            "--offline",
            "--image",
            f"r.example/{name}",
            "--strategy",
            "registry",
            "--json",
        )
        data = CliRunner().invoke(app, (*words, "--scope", "main", "--no-read-only")).stdout.encode()
        takes = ("base",) if name == "web" else ()
        found.append(ServicePlan(names=(name,), takes=takes, plan=decode_plan(data, path=name)))
    (folder / "plan.json").write_bytes(encode_plans(ServicePlans(services=tuple(found))))
    return "plan.json"


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        pytest.param("compose.yml", "", True, id="compose"),
        pytest.param("docker-bake.hcl", "", True, id="bake in HCL"),
        pytest.param("docker-bake.json", '{"target": {}}', True, id="bake in JSON"),
        pytest.param("plan.json", '{"version": 1, "services": []}', True, id="plans of services"),
        pytest.param("plan.json", '{"version": 1, "steps": []}', False, id="a plan"),
        pytest.param("plan.json", "[1]", False, id="another JSON"),
        pytest.param("plan.json", "{", False, id="no JSON"),
        pytest.param("context", "", False, id="a folder's name"),
    ],
)
def test_a_file_names_services(folder: Path, name: str, text: str, *, expected: bool) -> None:
    (folder / name).write_text(text)
    assert names_services(name) is expected


def test_a_folder_and_a_url_are_contexts(folder: Path) -> None:
    (folder / "x.yaml").mkdir()
    assert not names_services("x.yaml")
    assert not names_services("https://example.com/x.yaml")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        pytest.param(
            ("plan", "compose.yaml", "--image", "r.example/x"),
            "error[services-option]: 'compose.yaml' says it of each service, and --image is given besides\n"
            "hint: change the file; variables in it are taken from the environment",
            id="what the file says",
        ),
        pytest.param(
            ("plan", "compose.yaml", "--pin"),
            "error[services-option]: 'compose.yaml' has Dockerfiles of its own, and --pin is given besides\n"
            "hint: pin each Dockerfile by itself: stageplan plan CONTEXT --pin",
            id="pins",
        ),
        pytest.param(
            ("script", "compose.yaml", "--format", "bake"),
            "error[services-format]: '--format bake' holds one plan, and 'compose.yaml' makes several\n"
            "hint: leave out --format, or write each Dockerfile by itself",
            id="another format",
        ),
        pytest.param(
            ("plan", "compose.yaml", "--offline", "--engine", "buildah"),
            "error[services-engine]: 'compose.yaml' is built by docker's buildx, and the engine is buildah\n"
            "hint: take --engine docker, or plan each Dockerfile by itself",
            id="another engine",
        ),
    ],
)
def test_it_is_refused(words: tuple[str, ...], message: str) -> None:
    assert refused(*words) == message


def test_a_file_of_plans_is_taken_as_it_stands(plans: str) -> None:
    assert "error[plan-and-options]" in refused("run", plans, "--scope", "x")


def test_plans_are_for_the_dockerfiles_they_were_made_of(folder: Path, plans: str) -> None:
    (folder / "base/Dockerfile").write_text("FROM scratch\n")
    assert "error[plan-stale]: 'plan.json' was made for another 'base/Dockerfile'" in refused(
        "script", plans, "--offline"
    )


def test_a_script_holds_all_plans_and_is_not_made_read_only(folder: Path, plans: str) -> None:
    done = CliRunner().invoke(app, ("script", plans, "--offline", "-o", "build.sh"))
    assert done.exit_code == 0, done.output
    text = (folder / "build.sh").read_text()
    assert text.index("# services: base\n(") < text.index("# services: web\n(")
    subprocess.run([Path(sys.executable).with_name("shellcheck"), "build.sh"], check=True)
    ran = subprocess.run(
        ["sh", "build.sh"], env={"STAGEPLAN_READ_ONLY": "1"}, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 2
    assert ran.stderr == "error: services take images that are pushed; plan again with --read-only\n"


def test_plans_go_to_json_and_back(folder: Path, plans: str) -> None:
    document = json.loads((folder / plans).read_text())
    assert [service["takes"] for service in document["services"]] == [[], ["base"]]
    assert msgspec.json.decode((folder / plans).read_bytes(), type=ServicePlans).services[1].names == ("web",)

"""A workflow of GitHub Actions."""

from collections.abc import Iterator
from typing import Any

from stageplan.plan.jobs import Job
from stageplan.render.jobs.documents import yaml_text
from stageplan.render.jobs.job_file import PASSWORD, USER, JobFile, login_line

_OWN_REGISTRY = "ghcr.io"
_SCOPE = "${{ github.head_ref || github.ref_name }}"
_WRITES = "github.event_name != 'pull_request' && github.actor != 'dependabot[bot]'"
# the branch of a pull request from the repository itself is built when it is pushed
_NEW = (
    "github.event_name != 'pull_request' || "
    "github.event.pull_request.head.repo.full_name != github.repository"
)
_PULL_REQUEST = "github.event_name == 'pull_request'"


def render_github(file: JobFile) -> str:
    """The file, for `.github/workflows/`."""
    return yaml_text(file, _workflow(file))


def _workflow(file: JobFile) -> dict[str, Any]:
    permissions = {"contents": "read"}
    if _is_own_registry(file):
        permissions["packages"] = "write"
    return {
        "name": f"image {file.name}",
        "on": {"push": None, "pull_request": None, "workflow_dispatch": None},
        "permissions": permissions,
        "concurrency": {
            "group": f"${{{{ github.workflow }}}}-${{{{ github.event_name }}}}-{_SCOPE}",
            "cancel-in-progress": f"${{{{ {_PULL_REQUEST} }}}}",
        },
        "jobs": {job.id: _job(file, job) for job in file.jobs},
    }


def _job(file: JobFile, job: Job) -> dict[str, Any]:
    # where nothing may be written, no stage is built alone; the last job does it all
    runs_if = _WRITES if job.stages else f"${{{{ !cancelled() && !failure() && ({_NEW}) }}}}"
    found: dict[str, Any] = {"name": job.title}
    if job.needs:
        found["needs"] = list(job.needs)
    return found | {
        "if": runs_if,
        "runs-on": file.runner or "ubuntu-latest",
        "timeout-minutes": file.minutes,
        "steps": list(_steps(file, job)),
    }


def _steps(file: JobFile, job: Job) -> Iterator[dict[str, Any]]:
    yield {"uses": "actions/checkout@v4", "with": {"persist-credentials": False}}
    setup = file.set_up("pipx install stageplan=={version}")
    if setup:
        yield {"name": "Set up", "run": "\n".join(setup)}
    yield _login(file)
    environment = {name: f"${{{{ secrets.{name} }}}}" for name in file.secrets}
    environment |= {name: f"${{{{ vars.{name} }}}}" for name in file.variables}
    step: dict[str, Any] = {"name": "Build" if job.stages else "Publish"}
    yield step | ({"env": environment} if environment else {}) | {"run": file.run(job)}


def _login(file: JobFile) -> dict[str, Any]:
    own = _is_own_registry(file)
    return {
        "name": "Log in",
        "env": {
            USER: "${{ github.actor }}" if own else f"${{{{ secrets.{USER} }}}}",
            PASSWORD: "${{ github.token }}" if own else f"${{{{ secrets.{PASSWORD} }}}}",
        },
        "run": login_line(file.registry or ""),
    }


def _is_own_registry(file: JobFile) -> bool:
    return file.registry == _OWN_REGISTRY

"""A configuration of CircleCI."""

from typing import Any

from stageplan.plan.jobs import Job
from stageplan.render.jobs.documents import yaml_text
from stageplan.render.jobs.job_file import JobFile, login_line

_GROUP = "<< pipeline.project.slug >>/stageplan-<< pipeline.git.branch >><< pipeline.git.tag >>"
_TAGS = {"tags": {"only": "/.*/"}}  # without it no job runs for a tag


def render_circleci(file: JobFile) -> str:
    """The file, for `.circleci/config.yml`.

    Secrets and variables of the project are in the environment by themselves. In a pull request the jobs of
    stages do nothing; CircleCI has no condition on where a pull request comes from.
    """
    document = {
        "version": 2.1,
        "jobs": {job.id: _job(file, job) for job in file.jobs},
        "workflows": {"stageplan": {"jobs": [{job.id: _use(job)} for job in file.jobs]}},
    }
    return yaml_text(file, document)


def _job(file: JobFile, job: Job) -> dict[str, Any]:
    machine: dict[str, Any] = {"machine": {"image": "ubuntu-2404:current"}}
    if file.runner is not None:
        machine = {"machine": True, "resource_class": file.runner}
    setup = "\n".join(file.set_up("pip install stageplan=={version}"))
    return machine | {
        "steps": [
            "checkout",
            *([_run(file, "Set up", setup)] if setup else []),
            _run(file, "Log in", login_line(file.registry or "")),
            _run(file, "Build" if job.stages else "Publish", file.run(job)),
        ]
    }


def _run(file: JobFile, name: str, command: str) -> dict[str, Any]:
    """A step; `<<` begins a value of CircleCI's own."""
    timeout = f"{file.minutes}m"
    return {"run": {"name": name, "no_output_timeout": timeout, "command": command.replace("<<", "\\<<")}}


def _use(job: Job) -> dict[str, Any]:
    needs = {"requires": list(job.needs)} if job.needs else {}
    return needs | {"filters": _TAGS} | ({} if job.stages else {"serial-group": _GROUP})

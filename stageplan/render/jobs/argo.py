"""A template of Argo Workflows."""

from typing import Any

from stageplan.plan.jobs import Job
from stageplan.render.jobs.documents import yaml_text
from stageplan.render.jobs.job_file import JobFile
from stageplan.render.jobs.kubernetes import (
    IMAGE,
    MOUNT,
    PARAMETERS,
    VOLUME,
    engine,
    environment,
    job_lines,
    object_name,
)

_SOURCE = "/source"
_SCOPE = "{{=sprig.replace('/', '-', workflow.parameters.scope)}}"


def render_argo(file: JobFile) -> str:
    """The file: a WorkflowTemplate, which a trigger starts with a repository, a revision and a scope."""
    name = object_name(file)
    document = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "WorkflowTemplate",
        "metadata": {"name": name},
        "spec": {
            "entrypoint": "jobs",
            "arguments": {"parameters": _parameters()},
            "synchronization": {"mutexes": [{"name": f"{name}-{_SCOPE}"}]},
            "volumes": [VOLUME],
            "templates": [
                {"name": "jobs", "dag": {"tasks": [_task(job) for job in file.jobs]}},
                _template(file),
            ],
        },
    }
    return yaml_text(file, document)


def _parameters() -> list[dict[str, Any]]:
    asked = [("repository", "address of the git repository"), ("revision", "the commit")]
    return [
        *({"name": name, "description": text} for name, text in asked),
        *({"name": name, "description": text, "value": value} for name, text, value in PARAMETERS),
    ]


def _task(job: Job) -> dict[str, Any]:
    stages = " ".join(f"--stage={name}" for name in job.stages)
    task: dict[str, Any] = {"name": job.id, "template": "job"}
    if job.needs:
        task["depends"] = " && ".join(job.needs)
    if job.stages:
        task["when"] = "{{workflow.parameters.read-only}} != true"
    return task | {"arguments": {"parameters": [{"name": "stages", "value": stages}]}}


def _template(file: JobFile) -> dict[str, Any]:
    given = {
        "STAGES": "{{inputs.parameters.stages}}",
        "SCOPE": "{{workflow.parameters.scope}}",
        "FALLBACK_SCOPE": "{{workflow.parameters.fallback-scope}}",
        "READ_ONLY": "{{workflow.parameters.read-only}}",
    }
    git = {"repo": "{{workflow.parameters.repository}}", "revision": "{{workflow.parameters.revision}}"}
    return {
        "name": "job",
        "inputs": {
            "parameters": [{"name": "stages"}],
            "artifacts": [{"name": "source", "path": _SOURCE, "git": git}],
        },
        "activeDeadlineSeconds": file.minutes * 60,
        "container": {
            "image": file.runner or IMAGE,
            "workingDir": _SOURCE,
            "command": ["sh", "-ec"],
            "args": ["\n".join(("set -- $STAGES", *job_lines(file)))],
            "env": environment(file, given),
            "volumeMounts": [MOUNT],
        },
        "sidecars": [engine()],
    }

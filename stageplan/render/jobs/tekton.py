"""A task and a pipeline of Tekton."""

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

_API = "tekton.dev/v1"


def render_tekton(file: JobFile) -> str:
    """The file: the task of any job, and the pipeline, in whose workspace `source` the sources lie."""
    return yaml_text(file, _task(file), _pipeline(file))


def _task(file: JobFile) -> dict[str, Any]:
    given = {
        "SCOPE": "$(params.scope)",
        "FALLBACK_SCOPE": "$(params.fallback-scope)",
        "READ_ONLY": "$(params.read-only)",
    }
    stages = {"name": "stages", "type": "array", "description": "options that name stages", "default": []}
    return {
        "apiVersion": _API,
        "kind": "Task",
        "metadata": {"name": object_name(file)},
        "spec": {
            "params": [stages, *_parameters()],
            "workspaces": [{"name": "source"}],
            "volumes": [VOLUME],
            "steps": [
                {
                    "name": "build",
                    "image": file.runner or IMAGE,
                    "workingDir": "$(workspaces.source.path)",
                    "env": environment(file, given),
                    "volumeMounts": [MOUNT],
                    "args": ["$(params.stages[*])"],
                    "script": "\n".join(("#!/bin/sh", "set -e", *job_lines(file))),
                }
            ],
            "sidecars": [engine()],
        },
    }


def _pipeline(file: JobFile) -> dict[str, Any]:
    return {
        "apiVersion": _API,
        "kind": "Pipeline",
        "metadata": {"name": object_name(file)},
        "spec": {
            "params": _parameters(),
            "workspaces": [{"name": "source"}],
            "tasks": [_pipeline_task(file, job) for job in file.jobs],
        },
    }


def _parameters() -> list[dict[str, Any]]:
    return [
        {"name": name, "type": "string", "description": text, "default": value}
        for name, text, value in PARAMETERS
    ]


def _pipeline_task(file: JobFile, job: Job) -> dict[str, Any]:
    found: dict[str, Any] = {"name": job.id, "taskRef": {"name": object_name(file)}}
    if job.needs:
        found["runAfter"] = list(job.needs)
    if job.stages:
        found["when"] = [{"input": "$(params.read-only)", "operator": "notin", "values": ["true"]}]
    passed = [{"name": name, "value": f"$(params.{name})"} for name, _, _ in PARAMETERS]
    return found | {
        "timeout": f"{file.minutes}m0s",
        "params": [{"name": "stages", "value": [f"--stage={name}" for name in job.stages]}, *passed],
        "workspaces": [{"name": "source", "workspace": "source"}],
    }

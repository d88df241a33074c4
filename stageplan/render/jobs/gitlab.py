"""A pipeline of GitLab CI."""

from typing import Any

from stageplan.plan.jobs import Job
from stageplan.render.jobs.documents import yaml_text
from stageplan.render.jobs.job_file import JobFile, login_line

_BASE = ".stageplan"
_IMAGE = "docker:28"
_SETUP = (
    "apk add --no-cache git py3-pip",
    "pip install --break-system-packages stageplan=={version}",
)
# the branch of a merge request from the project itself has a pipeline of its own
_OWN = "$CI_MERGE_REQUEST_SOURCE_PROJECT_PATH == $CI_PROJECT_PATH"
_REQUEST = "$CI_MERGE_REQUEST_IID || $CI_EXTERNAL_PULL_REQUEST_IID"


def render_gitlab(file: JobFile) -> str:
    """The file: a `.gitlab-ci.yml`, or one that is included there."""
    return yaml_text(file, {_BASE: _base(file)} | {job.id: _job(file, job) for job in file.jobs})


def _base(file: JobFile) -> dict[str, Any]:
    """What all jobs share. Secrets and variables of the project are in their environment by themselves."""
    timeout = {"timeout": f"{file.minutes} minutes"}
    if file.runner is not None:  # somebody's own, which have docker
        setup = file.set_up("pip install stageplan=={version}")
        return {"tags": [file.runner]} | timeout | {"before_script": [*setup, _login(file)]}
    return {
        "image": _IMAGE,
        "services": [f"{_IMAGE}-dind"],
        "variables": {"DOCKER_TLS_CERTDIR": "/certs"},
        **timeout,
        "before_script": [*file.set_up(*_SETUP), _login(file)],
    }


def _login(file: JobFile) -> str:
    if file.registry is None:
        return login_line('"$CI_REGISTRY"', user="CI_REGISTRY_USER", password="CI_REGISTRY_PASSWORD")  # noqa: S106
    return login_line(file.registry)


def _job(file: JobFile, job: Job) -> dict[str, Any]:
    if not job.stages:
        return {
            "extends": _BASE,
            "needs": [{"job": need, "optional": True} for need in job.needs],
            "resource_group": "stageplan-$CI_COMMIT_REF_SLUG",
            "rules": [{"if": _OWN, "when": "never"}, {"when": "on_success"}],
            "script": [file.run(job)],
        }
    # a merge request may write nothing that a stage alone would be built for; its last job does it all
    rules = [{"if": _REQUEST, "when": "never"}, {"when": "on_success"}]
    return {
        "extends": _BASE,
        "needs": list(job.needs),
        "interruptible": True,
        "rules": rules,
        "script": [file.run(job)],
    }

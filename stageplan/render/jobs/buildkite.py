"""A pipeline of Buildkite."""

from typing import Any

from stageplan.plan.jobs import Job
from stageplan.render.jobs.documents import yaml_text
from stageplan.render.jobs.job_file import JobFile, login_line

_GROUP = "stageplan/$BUILDKITE_PIPELINE_SLUG/$BUILDKITE_BRANCH"


def render_buildkite(file: JobFile) -> str:
    """The file, for `.buildkite/`.

    Secrets and variables are those of the agent's environment. In a pull request the jobs of stages do
    nothing: a step that is left out by a condition says nothing of those that wait for it.
    """
    return yaml_text(file, {"steps": [_step(file, job) for job in file.jobs]})


def _step(file: JobFile, job: Job) -> dict[str, Any]:
    lines = (*file.set_up("pip install stageplan=={version}"), login_line(file.registry or ""), file.run(job))
    step: dict[str, Any] = {
        "label": job.title,
        "key": job.id,
        # what stands here is filled in at the upload; `$$` is left for the shell
        "commands": [line.replace("$", "$$") for line in lines],
        "timeout_in_minutes": file.minutes,
    }
    if job.needs:
        step["depends_on"] = list(job.needs)
    if file.runner is not None:
        step["agents"] = {"queue": file.runner}
    return step if job.stages else step | {"concurrency": 1, "concurrency_group": _GROUP}

"""A Makefile: the jobs of `make -j`, on one machine or wherever a runner of commands spreads them."""

from stageplan.errors import UsageError
from stageplan.plan.jobs import PUBLISH, Job
from stageplan.render.jobs.job_file import JobFile, header


def render_make(file: JobFile) -> str:
    """The file; `make publish` does everything, and it is the default.

    Raises:
        UsageError: an option has a line end in it, where make begins another command.
    """
    rules = "\n".join(_rule(file, job) for job in (file.jobs[-1], *file.stage_jobs))
    phony = " ".join(job.id for job in file.jobs)
    return f"{header(file)}\n.DEFAULT_GOAL := {PUBLISH}\n.PHONY: {phony}\n\n{rules}"


def _rule(file: JobFile, job: Job) -> str:
    needs = "".join(f" {need}" for need in job.needs)
    lines = (*file.set_up(), file.run(job))
    if any("\n" in line for line in lines):
        raise UsageError(
            "make-line-end",
            "an option has a line end in it, and make begins another command there",
            hint="give it by the environment: --build-arg NAME without a value",
        )
    recipe = "".join(f"\t{line.replace('$', '$$')}\n" for line in lines)
    return f"{job.id}:{needs}\n{recipe}"

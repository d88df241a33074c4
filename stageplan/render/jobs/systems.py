"""The CI systems that files of jobs are written for; a new one is a row here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from stageplan.render.jobs.argo import render_argo
from stageplan.render.jobs.buildkite import render_buildkite
from stageplan.render.jobs.circleci import render_circleci
from stageplan.render.jobs.github import render_github
from stageplan.render.jobs.gitlab import render_gitlab
from stageplan.render.jobs.job_file import JobFile
from stageplan.render.jobs.make import render_make
from stageplan.render.jobs.tekton import render_tekton


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSystem:
    """What carries out jobs.

    Attributes:
        summary: what the file is, in a few words.
        render: the file.
        names_image: whether the system itself names the image's repository where nobody does.
    """

    summary: str
    render: Callable[[JobFile], str]
    names_image: bool = False


JOB_SYSTEMS: Final[Mapping[str, JobSystem]] = MappingProxyType(
    {
        "github": JobSystem(summary="a workflow of GitHub Actions", render=render_github),
        "gitlab": JobSystem(summary="a pipeline of GitLab CI", render=render_gitlab, names_image=True),
        "buildkite": JobSystem(summary="a pipeline of Buildkite", render=render_buildkite),
        "circleci": JobSystem(summary="a configuration of CircleCI", render=render_circleci),
        "argo": JobSystem(summary="a template of Argo Workflows", render=render_argo),
        "tekton": JobSystem(summary="a task and a pipeline of Tekton", render=render_tekton),
        "make": JobSystem(summary="a Makefile", render=render_make),
    }
)

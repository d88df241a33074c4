"""The plan as pods of Kubernetes, one for each build of kaniko."""

import posixpath
from typing import Any

import yaml

from stageplan.commands.kaniko import build_command
from stageplan.commands.values import BUILD_CONTEXT, BUILD_FILE, planned_values
from stageplan.commands.words import fill
from stageplan.errors import UsageError
from stageplan.plan.model import Build, Plan
from stageplan.plan.scope import slug

_IMAGE = "gcr.io/kaniko-project/executor:v1.24.0"
_WORKSPACE = "/workspace"
_LONGEST = 63  # characters of a pod's name


def render_pods(plan: Plan, *, version: str) -> str:
    """A YAML document for each build, in order.

    A pod finds the build context in the claim `workspace`, and the registry's login in the secret
    `registry-login`, which `kubectl create secret docker-registry` makes.

    Args:
        version: of stageplan, for the header.

    Raises:
        UsageError: the plan is for another engine.
    """
    builds = [step for step in plan.steps if isinstance(step, Build)]
    if plan.inputs.engine != "kaniko":
        raise UsageError(
            "format-engine",
            f"a pod runs kaniko, and the plan is for {plan.inputs.engine}",
            hint="plan with --engine kaniko",
        )
    header = f"# Made by stageplan {version}. Each pod is to succeed before the next one starts.\n"
    return header + yaml.safe_dump_all([_pod(plan, build) for build in builds], sort_keys=False, width=200)


def _pod(plan: Plan, build: Build) -> dict[str, Any]:
    values = planned_values(plan, build)
    values |= {name: _inside(values[name]) for name in (BUILD_CONTEXT, BUILD_FILE)}
    executor, *arguments = fill(build_command(plan, build).words, values)
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": _name(build)},
        "spec": {
            "restartPolicy": "Never",
            "containers": [
                {
                    "name": "kaniko",
                    "image": _IMAGE,
                    "command": [executor],
                    "args": arguments,
                    "volumeMounts": [
                        {"name": "workspace", "mountPath": _WORKSPACE},
                        {"name": "registry-login", "mountPath": "/kaniko/.docker", "readOnly": True},
                    ],
                }
            ],
            "volumes": [
                {"name": "workspace", "persistentVolumeClaim": {"claimName": "workspace"}},
                {
                    "name": "registry-login",
                    "secret": {
                        "secretName": "registry-login",
                        "items": [{"key": ".dockerconfigjson", "path": "config.json"}],
                    },
                },
            ],
        },
    }


def _inside(path: str) -> str:
    """Where a path of the project is in the pod; a URL stays."""
    return path if "://" in path else posixpath.normpath(posixpath.join(_WORKSPACE, path))


def _name(build: Build) -> str:
    """A name that Kubernetes takes: no dot and no underscore."""
    return slug(f"build-{build.stage}").replace(".", "-").replace("_", "-")[:_LONGEST].strip("-")

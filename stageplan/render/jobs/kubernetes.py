"""What Argo Workflows and Tekton have in common: a container with an engine beside it."""

import re
from typing import Any

from stageplan.render.jobs.job_file import PASSWORD, USER, JobFile, login_line

IMAGE = "docker:28"
SOCKET_FOLDER = "/engine"
MOUNT = {"name": "engine", "mountPath": SOCKET_FOLDER}
VOLUME: dict[str, Any] = {"name": "engine", "emptyDir": {}}
# what a CI system would say by its variables, a trigger has to say: name, what it is, and a default
PARAMETERS = (
    ("scope", "the branch or tag", "main"),
    ("fallback-scope", "the default branch", "main"),
    ("read-only", "true for whatever may write nothing, such as the pull request of a fork", "false"),
)
_SETUP = (
    "apk add --no-cache git py3-pip",
    "pip install --break-system-packages stageplan=={version}",
)
_HELD = "stageplan"  # the secret and the config map that hold what the environment gets


def object_name(file: JobFile) -> str:
    """The name of an object: of the image, with what may stand there."""
    return "stageplan-" + re.sub(r"[^a-z0-9]+", "-", file.name.lower()).strip("-")


def job_lines(file: JobFile) -> tuple[str, ...]:
    """The lines of sh of any job; its arguments are the options of its stages."""
    first = ('--scope="$SCOPE"', '--fallback-scope="$FALLBACK_SCOPE"')  # a --scope behind them would win
    return (
        "until docker info >/dev/null 2>&1; do sleep 1; done",
        *file.set_up(*_SETUP),
        login_line(file.registry or ""),
        '[ "$READ_ONLY" != true ] || set -- --read-only "$@"',
        f'{file.run(file.jobs[-1], *first)} "$@"',
    )


def environment(file: JobFile, given: dict[str, str]) -> list[dict[str, Any]]:
    """The environment of a job: what is given, and by reference what is secret or set elsewhere."""
    secrets = ((name, "secretKeyRef") for name in (USER, PASSWORD, *file.secrets))
    variables = ((name, "configMapKeyRef") for name in file.variables)
    return [
        {"name": "DOCKER_HOST", "value": f"unix://{SOCKET_FOLDER}/docker.sock"},
        *({"name": name, "value": value} for name, value in given.items()),
        *(
            {"name": name, "valueFrom": {kind: {"name": _HELD, "key": name, "optional": True}}}
            for name, kind in (*secrets, *variables)
        ),
    ]


def engine() -> dict[str, Any]:
    """The container of the engine, which is new for each job."""
    return {
        "name": "engine",
        "image": f"{IMAGE}-dind",
        "command": ["dockerd-entrypoint.sh"],
        "args": ["dockerd", f"--host=unix://{SOCKET_FOLDER}/docker.sock"],  # and no other door
        "securityContext": {"privileged": True},
        "volumeMounts": [MOUNT],
    }

"""The way to the Docker Engine: DOCKER_HOST, else docker's current context."""

import os

import docker
from docker.errors import DockerException

from stageplan.errors import UnreachableError


def connect(*, timeout: int) -> docker.DockerClient:
    """A client of the engine, which answered; the caller closes it.

    Args:
        timeout: seconds between two pieces of an answer.

    Raises:
        UnreachableError: no engine answers (`engine-down`).
    """
    try:
        return docker.from_env(timeout=timeout, use_ssh_client=True)
    except (DockerException, OSError, ValueError) as cause:
        raise engine_down(cause) from cause


def engine_down(cause: Exception) -> UnreachableError:
    """The error for an engine that does not answer, or no longer."""
    host = os.environ.get("DOCKER_HOST")
    where = f" at '{host}'" if host else ""
    return UnreachableError(
        "engine-down",
        f"the docker engine{where} does not answer: {words(cause)}",
        hint="start docker, or let DOCKER_HOST or `docker context use` name an engine that runs",
    )


def words(cause: BaseException) -> str:
    """What went wrong: the engine's words, or those of the innermost error of a connection."""
    explanation = getattr(cause, "explanation", None)
    if explanation:
        return str(explanation)
    inner: BaseException | None = cause
    while inner:
        if isinstance(inner, OSError) and inner.strerror:
            return inner.strerror.lower()
        inner = inner.__cause__ or inner.__context__
    return str(cause)

"""The services of a compose or bake file, of what `docker buildx bake --print` says of it."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import msgspec

from stageplan.dockerfile.references import InvalidReferenceError, parse_reference
from stageplan.errors import UsageError

_TARGET = "target:"
_CARRIED = {"context", "contexts", "dockerfile", "args", "tags", "target", "secret", "ssh", "platforms"}
_OWN = {"cache-from", "cache-to", "output", "dockerfile-inline", "description", "name", "inherits"}
"""What stageplan decides itself, refuses by name, or what changes nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What one service is built from.

    Attributes:
        dockerfile: its path, seen from where stageplan runs.
        target: the stage; None for the last.
        build_args: as `--build-arg` takes them; so are contexts, secrets and ssh as their options do.
        contexts: named contexts that are no services.
        links: the named contexts that are services, by name.
        platform: as `--platform` takes it; None for the builder's own.
        images: its tags, whole references; empty where it has none.
        left_out: keys of the file that no plan carries.
    """

    name: str
    context: str
    dockerfile: str
    target: str | None = None
    build_args: tuple[str, ...] = ()
    contexts: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    secrets: tuple[str, ...] = ()
    ssh: tuple[str, ...] = ()
    platform: str | None = None
    images: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def is_pushed(self) -> bool:
        """Whether it names an image that somebody can push: `postgres` alone belongs to Docker Hub."""
        return bool(self.images) and all("/" in image for image in self.images)

    def warnings(self) -> Iterator[str]:
        """What of it is not carried out."""
        for key in self.left_out:
            yield f"service '{self.name}': '{key}' is passed over, for a plan has no place for it"


def read_services(data: bytes, *, path: str, folder: str) -> tuple[Service, ...]:
    """The services, by name.

    Args:
        data: what bake printed.
        path: of the file, for messages.
        folder: what the paths in it start from, seen from where stageplan runs.

    Raises:
        UsageError: nothing is built there, or not from a Dockerfile that lies in a folder.
    """
    targets: Mapping[str, Mapping[str, Any]] = msgspec.json.decode(data)["target"]
    if not targets:
        raise UsageError(
            "no-services",
            f"'{path}' builds nothing",
            hint="give a service a build: section, or name another file",
        )
    return tuple(_service(name, targets[name], folder) for name in sorted(targets))


def _service(name: str, target: Mapping[str, Any], folder: str) -> Service:
    context = str(target.get("context", "."))
    if "dockerfile-inline" in target:
        raise UsageError(
            "service-inline",
            f"the Dockerfile of service '{name}' stands in the compose or bake file itself",
            hint="write it into a file, and name that with dockerfile:",
        )
    if "://" in context or context.startswith(("git@", _TARGET)):
        raise UsageError(
            "service-remote",
            f"the context of service '{name}' is '{context}', which is no folder here",
            hint="clone it, and name the folder",
        )
    context = _path(context, folder)
    contexts: Mapping[str, str] = target.get("contexts", {})
    return Service(
        name=name,
        context=context,
        dockerfile=_path(target.get("dockerfile", "Dockerfile"), context),
        target=target.get("target"),
        build_args=tuple(f"{key}={value}" for key, value in sorted(target.get("args", {}).items())),
        contexts=tuple(
            f"{key}={value if ':' in value else _path(value, folder)}"
            for key, value in sorted(contexts.items())
            if not value.startswith(_TARGET)
        ),
        links=tuple(
            (key, value.removeprefix(_TARGET))
            for key, value in sorted(contexts.items())
            if value.startswith(_TARGET)
        ),
        secrets=tuple(_secret(secret, folder) for secret in target.get("secret", ())),
        ssh=tuple(_ssh(ssh) for ssh in target.get("ssh", ())),
        platform=",".join(target.get("platforms", ())) or None,
        images=tuple(_tagged(name, tag) for tag in target.get("tags", ())),
        left_out=tuple(sorted(target.keys() - _CARRIED - _OWN)),
    )


def _tagged(service: str, image: str) -> str:
    """The image with its tag: `latest` where it names none."""
    try:
        reference = parse_reference(image)
    except InvalidReferenceError as error:
        raise UsageError(
            "service-image",
            f"'{image}' of service '{service}' is no image: {error}",
            hint="it looks like registry.example.com/team/app:1.2",
        ) from None
    return image if reference.tag else f"{image}:latest"


def _path(path: str, folder: str) -> str:
    """As it is seen from where stageplan runs."""
    return os.path.normpath(PurePath(folder) / path)


def _secret(secret: str | Mapping[str, str], folder: str) -> str:
    """As `--secret` takes it, its file seen from here."""
    if isinstance(secret, str):
        return secret
    kept = {key: _path(value, folder) if key == "src" else value for key, value in secret.items()}
    return ",".join(f"{key}={value}" for key, value in kept.items())


def _ssh(ssh: str | Mapping[str, Any]) -> str:
    """As `--ssh` takes it."""
    if isinstance(ssh, str):
        return ssh
    paths = ",".join(ssh.get("paths", ()))
    return f"{ssh['id']}={paths}" if paths else str(ssh["id"])

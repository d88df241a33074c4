"""Who stageplan is to a registry: what `docker login` stored."""

import json
import os
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from stageplan.errors import UsageError
from stageplan.system.files import read_bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """A login; either a name with a password, or a token that names no user."""

    username: str = ""
    password: str = ""
    identity_token: str = ""

    def __repr__(self) -> str:
        return f"Credentials(username={self.username!r})"


class DockerLogins:
    """The logins of docker's configuration: DOCKER_AUTH_CONFIG, then its file and helpers.

    Args:
        env: the environment; DOCKER_CONFIG names the folder of the file.
    """

    def __init__(self, env: Mapping[str, str] = os.environ) -> None:
        self._env = env

    def find(self, host: str) -> Credentials | None:
        """The login for a registry host, or None.

        Raises:
            UsageError: the configuration cannot be read, or a helper fails (`docker-config`).
        """
        # imported here: it costs 100 ms, which only a registry that asks for a login is worth
        import docker.auth  # noqa: PLC0415
        from docker.errors import DockerException  # noqa: PLC0415

        for name, text in self._texts():
            try:
                config = json.loads(text) or {"auths": {}}
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")  # the SDK warns of what it raises next
                    entry = docker.auth.load_config(config_dict=config).resolve_authconfig(host)
            except DockerException as cause:
                raise _unreadable(name, host, str(cause)) from cause
            except (ValueError, TypeError, AttributeError) as cause:
                raise _unreadable(name, host, "it has another form than docker writes") from cause
            login = _login(entry or {})
            if login:
                return login
        return None

    def _texts(self) -> Iterator[tuple[str, bytes]]:
        """Each configuration that there is, with its name for messages, the stronger first."""
        given = self._env.get("DOCKER_AUTH_CONFIG")
        if given:
            yield "DOCKER_AUTH_CONFIG", given.encode("utf-8", "surrogateescape")
        folder = self._env.get("DOCKER_CONFIG")
        file = (Path(folder) if folder else Path.home() / ".docker") / "config.json"
        if file.is_file():
            yield f"'{file}'", read_bytes(file)


def _login(entry: Mapping[str, str | None]) -> Credentials | None:
    """The login in an entry, whose keys are written one way in the file and another by helpers."""
    values = {key.lower(): value or "" for key, value in entry.items()}
    login = Credentials(
        username=values.get("username", ""),
        password=values.get("password", ""),
        identity_token=values.get("identitytoken", ""),
    )
    return login if login.password or login.identity_token else None


def _unreadable(name: str, host: str, cause: str) -> UsageError:
    return UsageError(
        "docker-config",
        f"cannot read the login for '{host}' from {name}: {cause}",
        hint=f"repair it, or write it anew with `docker login {host}`",
    )

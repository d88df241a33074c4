import base64
import json
from pathlib import Path

import pytest

from stageplan.errors import UsageError
from stageplan.system.credentials import Credentials, DockerLogins

HOST = "registry.example.org:5000"
HELPER = "docker-credential-lab"
INDEX = "https://index.docker.io/v1/"


def _auth(user: str, password: str) -> dict[str, str]:
    return {"auth": base64.b64encode(f"{user}:{password}".encode()).decode()}


def _logins(folder: Path, config: object) -> DockerLogins:
    (folder / "config.json").write_text(config if isinstance(config, str) else json.dumps(config))
    return DockerLogins({"DOCKER_CONFIG": str(folder)})


def _ann(password: str) -> Credentials:
    return Credentials(username="ann", password=password)


@pytest.mark.parametrize(
    ("config", "host", "expected"),
    [
        pytest.param({"auths": {HOST: _auth("ann", "a:b ü")}}, HOST, _ann("a:b ü"), id="file"),
        pytest.param({"auths": {f"https://{HOST}/v2/": _auth("ann", "x")}}, HOST, _ann("x"), id="as a URL"),
        pytest.param({"auths": {INDEX: _auth("ann", "x")}}, "docker.io", _ann("x"), id="Docker Hub"),
        pytest.param({"auths": {HOST: _auth("ann", "x")}}, "example.org", None, id="another host"),
        pytest.param({"auths": {HOST: {}}}, HOST, None, id="logged out"),
        pytest.param({}, HOST, None, id="empty"),
        pytest.param({"currentContext": "x"}, HOST, None, id="no logins"),
        pytest.param(
            {"auths": {HOST: {**_auth("ann", ""), "identitytoken": "t"}}},
            HOST,
            Credentials(identity_token="t"),  # noqa: S106
            id="identity token",
        ),
    ],
)
def test_logins_of_the_file(tmp_path: Path, config: object, host: str, expected: Credentials | None) -> None:
    assert _logins(tmp_path, config).find(host) == expected


@pytest.mark.parametrize(
    ("config", "answer", "expected"),
    [
        pytest.param({"credsStore": "lab"}, ("ann", "x"), _ann("x"), id="store"),
        pytest.param({"credHelpers": {HOST: "lab"}}, ("ann", "x"), _ann("x"), id="helper of the host"),
        pytest.param(
            {"credsStore": "lab"},
            ("<token>", "t"),
            Credentials(identity_token="t"),  # noqa: S106
            id="token",
        ),
        pytest.param(
            {"credHelpers": {"other.example.org": "lab"}}, ("ann", "x"), None, id="another's helper"
        ),
    ],
)
def test_logins_of_helpers(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    config: object,
    answer: tuple[str, str],
    expected: Credentials | None,
) -> None:
    helper = tmp_path / HELPER
    body = json.dumps({"Username": answer[0], "Secret": answer[1]})
    helper.write_text(f"#!/bin/sh\ncat >/dev/null\necho '{body}'\n")
    helper.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert _logins(tmp_path, config).find(HOST) == expected


def test_the_environment_is_stronger_than_the_file(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(
        json.dumps({"auths": {"a.b": _auth("ann", "x"), HOST: _auth("ann", "x")}})
    )
    given = json.dumps({"auths": {HOST: _auth("ann", "y")}})
    logins = DockerLogins({"DOCKER_CONFIG": str(tmp_path), "DOCKER_AUTH_CONFIG": given})
    assert (logins.find(HOST), logins.find("a.b")) == (_ann("y"), _ann("x"))


def test_without_a_configuration_nobody_is_logged_in(tmp_path: Path) -> None:
    assert DockerLogins({"DOCKER_CONFIG": str(tmp_path / "none")}).find(HOST) is None


@pytest.mark.parametrize(
    ("config", "cause"),
    [
        pytest.param("{", "it has another form than docker writes", id="no JSON"),
        pytest.param("[1]", "it has another form than docker writes", id="no object"),
        pytest.param(
            {"auths": {HOST: {"auth": "!"}}}, "it has another form than docker writes", id="no login"
        ),
        pytest.param(
            {"credsStore": "absent"},
            "Credentials store error: StoreError("
            "'docker-credential-absent not installed or not available in PATH')",
            id="no helper",
        ),
    ],
)
def test_a_configuration_that_cannot_be_read_is_named(tmp_path: Path, config: object, cause: str) -> None:
    with pytest.raises(UsageError) as raised:
        _logins(tmp_path, config).find(HOST)
    assert str(raised.value) == (
        f"error[docker-config]: cannot read the login for '{HOST}' from '{tmp_path}/config.json': {cause}\n"
        f"hint: repair it, or write it anew with `docker login {HOST}`"
    )


def test_a_password_is_never_shown() -> None:
    assert repr(_ann("x")) == "Credentials(username='ann')"

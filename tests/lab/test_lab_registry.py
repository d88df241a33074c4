import http.client

import pytest

import lab
from lab.engine import CommandError


def status(registry: lab.Registry, path: str, method: str = "GET") -> int:
    connection = http.client.HTTPConnection(registry.host, timeout=10)
    try:
        connection.request(method, path, headers={"Accept": "application/vnd.oci.image.manifest.v1+json"})
        return connection.getresponse().status
    finally:
        connection.close()


def test_an_image_has_the_same_digest_wherever_it_is_pushed(
    registry: lab.Registry, hub: lab.Registry
) -> None:
    again = lab.seed(registry, ["busybox:1.37"])
    assert lab.seed(hub, ["busybox:1.37"]) == again


def test_a_revision_moves_a_tag(registry: lab.Registry) -> None:
    first = lab.push_image(registry, "base:1")
    second = lab.push_image(registry, "base:1", revision=2)
    assert first != second
    assert status(registry, f"/v2/base/manifests/{first}") == 200
    assert status(registry, f"/v2/base/manifests/{second}") == 200


def test_an_outage_keeps_address_and_content(registry: lab.Registry) -> None:
    lab.push_image(registry, "base:1")
    host = registry.host
    registry.stop()
    with pytest.raises(ConnectionRefusedError):
        status(registry, "/v2/")
    registry.start()
    assert registry.host == host
    assert status(registry, "/v2/base/manifests/1") == 200


def test_requests_are_told_in_order(registry: lab.Registry) -> None:
    status(registry, "/v2/app/manifests/main", "HEAD")
    digest = lab.push_image(registry, "app:main")
    status(registry, f"/v2/app/manifests/{digest}", "DELETE")
    asked = [request for request in registry.requests() if "/manifests/" in request]
    assert asked == [
        "HEAD /v2/app/manifests/main 404",
        "PUT /v2/app/manifests/main 201",
        f"DELETE /v2/app/manifests/{digest} 202",
    ]


@pytest.mark.usefixtures("hub")
def test_a_read_only_registry_refuses_pushes() -> None:
    with lab.Registry(read_only=True) as registry, pytest.raises(RuntimeError, match="answered 405"):
        lab.push_image(registry, "base:1")


def test_a_login_is_asked_for(engine: lab.Engine) -> None:
    with lab.Registry(login=("ann", "secret")) as registry:
        lab.push_image(registry, "base:1")
        with pytest.raises(CommandError, match="no basic auth credentials"):
            engine.run("docker", "pull", f"{registry.host}/base:1")
        engine.run("docker", "login", "-u", "ann", "--password-stdin", registry.host, stdin="secret")
        engine.run("docker", "pull", f"{registry.host}/base:1")


@pytest.mark.usefixtures("hub")
def test_a_throttled_registry_counts_what_an_engine_pulls() -> None:
    with lab.Registry(throttle=200) as registry:
        lab.seed(registry, ["busybox:1.37"])
        sent, received = registry.bytes_up, registry.bytes_down
        assert sent > 1_000_000  # busybox is a megabyte
        with lab.Engine(lab.engine_suite(), mirror=registry.url) as engine:
            engine.run("docker", "pull", "busybox:1.37")
            engine.run("docker", "buildx", "imagetools", "inspect", f"{registry.host}/library/busybox:1.37")
        assert 1_000_000 < registry.bytes_down - received < 2_000_000
        assert registry.bytes_up - sent < 200_000

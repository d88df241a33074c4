import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

import lab
from stageplan.errors import UnreachableError, UsageError
from stageplan.system.credentials import Credentials
from stageplan.system.registry import Registry
from stageplan.system.registry_content import Manifest, digest_of
from stageplan.system.transport import Patience
from tests.system.conftest import TokenRegistry

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
NO_SUCH = "sha256:" + "0" * 64


def _nobody(host: str) -> None:
    """No login for any host."""


def _ann(token_registry: TokenRegistry) -> Registry:
    return Registry(find_login=lambda _: Credentials(username="ann", password=token_registry.password))


@pytest.fixture
def client() -> Registry:
    return Registry(find_login=_nobody, patience=Patience(backoff=0.01))


def _index(client: Registry, repository: str, *children: tuple[Manifest, str]) -> Manifest:
    """An index of manifests, or as BuildKit's cache has it, of blobs."""
    parts = [{"mediaType": kind, "digest": part.digest, "size": len(part.body)} for part, kind in children]
    body = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": parts}).encode()
    index = Manifest(body=body, media_type=INDEX)
    client.put_manifest(f"{repository}:index", index)
    return index


def _image(client: Registry, registry: lab.Registry, name: str) -> Manifest:
    lab.push_image(registry, name)
    manifest = client.manifest(f"{registry.host}/{name}")
    assert manifest
    return manifest


def _layer(manifest: Manifest) -> str:
    digest: str = json.loads(manifest.body)["layers"][0]["digest"]
    return digest


def test_what_exists_has_a_digest(client: Registry, registry: lab.Registry) -> None:
    digest = lab.push_image(registry, "app:main")
    repository = f"{registry.host}/app"
    names = [f"{repository}:main", f"{repository}:other", f"{repository}@{digest}", f"{repository}@{NO_SUCH}"]
    assert [client.exists(name) for name in names] == [digest, None, digest, None]
    assert client.exists(f"{registry.host}/no/such/repository:main") is None
    assert client.exists(repository) is None


def test_many_refs_keep_their_order_and_are_asked_for_once(client: Registry, registry: lab.Registry) -> None:
    digest = lab.push_image(registry, "app:7")
    refs = [f"{registry.host}/app:{number}" for number in range(60)]
    answers = client.exists_many([*refs, *refs])
    assert list(answers) == refs
    assert answers == {ref: digest if ref.endswith(":7") else None for ref in refs}
    assert client.exists_many([]) == {}


def test_a_manifest_is_the_bytes_that_were_put(client: Registry, registry: lab.Registry) -> None:
    repository = f"{registry.host}/marker"
    config = client.put_blob(repository, b"{}")
    body = json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": {"mediaType": "application/vnd.oci.empty.v1+json", "digest": config, "size": 2},
            "layers": [],
        },
        indent=5,
    ).encode()
    manifest = Manifest(body=body, media_type=MANIFEST)
    assert client.put_manifest(f"{repository}:tests", manifest) == manifest.digest
    assert client.manifest(f"{repository}:tests") == manifest
    assert client.manifest(f"{repository}:other") is None
    assert client.blob(repository, config) == b"{}"


def test_a_manifest_whose_blobs_are_missing_is_refused(client: Registry, registry: lab.Registry) -> None:
    manifest = _image(client, registry, "app:main")
    with pytest.raises(UnreachableError) as raised:
        client.put_manifest(f"{registry.host}/other:main", manifest)
    assert str(raised.value) == (
        f"error[registry-refused]: registry '{registry.host}' answered 400 to PUT "
        f"in '{registry.host}/other': blob unknown to registry\nhint: look into the registry's log"
    )


def test_a_tag_is_copied_within_its_repository(client: Registry, registry: lab.Registry) -> None:
    digest = lab.push_image(registry, "app:main")
    assert client.copy_tag(f"{registry.host}/app:main", f"{registry.host}/app:v1") == digest
    assert client.exists(f"{registry.host}/app:v1") == digest


def test_an_index_is_copied_with_all_that_it_names(client: Registry, registry: lab.Registry) -> None:
    image = _image(client, registry, "app:main")
    repository = f"{registry.host}/app"
    data = b"a layer of a cache"
    client.put_blob(repository, data)
    layer = Manifest(body=data, media_type="")
    index = _index(client, repository, (image, MANIFEST), (layer, "application/vnd.oci.image.layer.v1.tar"))
    target = f"{registry.host}/elsewhere/app"
    assert client.copy_tag(f"{repository}:index", f"{target}:main") == index.digest
    assert client.manifest(f"{target}:main") == index
    assert client.manifest(f"{target}@{image.digest}") == image
    assert client.blob(target, layer.digest) == data


def test_an_image_is_copied_to_another_registry(client: Registry, registry: lab.Registry) -> None:
    image = _image(client, registry, "app:main")
    with lab.Registry() as other:
        client.copy_tag(f"{registry.host}/app:main", f"{other.host}/app:main")
        assert client.manifest(f"{other.host}/app:main") == image
        size = json.loads(image.body)["layers"][0]["size"]
        assert len(client.blob(f"{other.host}/app", _layer(image))) == size


def test_what_is_not_there_is_not_copied(client: Registry, registry: lab.Registry) -> None:
    with pytest.raises(UnreachableError) as raised:
        client.copy_tag(f"{registry.host}/app:no", f"{registry.host}/app:v1")
    assert str(raised.value) == (
        f"error[no-such-ref]: there is no '{registry.host}/app:no' to copy\n"
        "hint: push it first, or plan again"
    )


def test_a_tag_is_deleted_alone(client: Registry, registry: lab.Registry) -> None:
    digest = lab.push_image(registry, "app:main")
    repository = f"{registry.host}/app"
    client.copy_tag(f"{repository}:main", f"{repository}:v1")
    client.delete_tag(f"{repository}:main")
    assert client.tags(repository) == ("v1",)
    assert client.exists(f"{repository}:v1") == digest
    client.delete_tag(f"{repository}:main")


def test_a_digest_is_deleted_with_its_tags(client: Registry, registry: lab.Registry) -> None:
    digest = lab.push_image(registry, "app:main")
    repository = f"{registry.host}/app"
    client.copy_tag(f"{repository}:main", f"{repository}:v1")
    client.delete_digest(f"{repository}@{digest}")
    assert client.tags(repository) == ()
    client.delete_digest(f"{repository}@{digest}")
    client.delete_digest(f"{repository}:main")


def test_all_tags_are_listed_over_many_pages(
    client: Registry, registry: lab.Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stageplan.system.registry_store._PAGE", 3)
    lab.push_image(registry, "app:t0")
    for number in range(1, 11):
        client.copy_tag(f"{registry.host}/app:t0", f"{registry.host}/app:t{number}")
    assert client.tags(f"{registry.host}/app") == tuple(sorted(f"t{number}" for number in range(11)))
    assert client.tags(f"{registry.host}/none") == ()


def test_a_registry_that_may_only_be_read_says_so(client: Registry) -> None:
    with lab.Registry(read_only=True) as registry:
        assert not client.can_write(f"{registry.host}/app")
        assert client.exists(f"{registry.host}/app:main") is None
        with pytest.raises(UnreachableError) as raised:
            client.put_blob(f"{registry.host}/app", b"x")
        assert raised.value.rule == "registry-refused"
        assert raised.value.hint == "allow writes and deletes in the registry's settings"


def test_a_write_probe_leaves_nothing(client: Registry, registry: lab.Registry) -> None:
    assert client.can_write(f"{registry.host}/app")
    assert client.tags(f"{registry.host}/app") == ()


def test_basic_logins_open_a_registry() -> None:
    right, wrong = (Credentials(username="ann", password=word) for word in ("secret: ü", "guess"))
    with lab.Registry(login=("ann", right.password)) as registry:
        ref = f"{registry.host}/app:main"
        assert Registry(find_login=lambda _: right).exists(ref) is None
        Registry(find_login=_nobody).ping(registry.host)
        for find_login in (_nobody, lambda _: wrong):
            client = Registry(find_login=find_login)
            assert not client.can_write(ref)
            with pytest.raises(UnreachableError) as raised:
                client.exists(ref)
            assert str(raised.value) == (
                f"error[registry-denied]: registry '{registry.host}' "
                f"does not let you read '{registry.host}/app'\n"
                f"hint: log in with `docker login {registry.host}`, as somebody who may"
            )


def test_tokens_are_asked_for_once_for_each_scope(token_registry: TokenRegistry) -> None:
    client = _ann(token_registry)
    refs = [f"{token_registry.host}/app:{number}" for number in range(30)]
    assert set(client.exists_many(refs).values()) == {None}
    assert client.can_write(f"{token_registry.host}/app")
    digest = client.put_blob(f"{token_registry.host}/app", b"x")
    assert client.blob(f"{token_registry.host}/app", digest) == b"x"
    cancel = ("repository:app:pull,push", "repository:app:delete")
    assert token_registry.asked == [("repository:app:pull",), ("repository:app:pull,push",), cancel]


def test_a_mount_asks_for_both_repositories_in_one_token(token_registry: TokenRegistry) -> None:
    client = _ann(token_registry)
    source, target = f"{token_registry.host}/app", f"{token_registry.host}/copy"
    image = Manifest(body=_marker(client.put_blob(source, b"{}")), media_type=MANIFEST)
    client.put_manifest(f"{source}:main", image)
    client.copy_tag(f"{source}:main", f"{target}:main")
    client.delete_tag(f"{source}:main")
    assert client.tags(source) == ()
    assert client.manifest(f"{target}:main") == image
    assert ("repository:copy:pull,push", "repository:app:pull") in token_registry.asked


def _marker(config: str) -> bytes:
    """A manifest with nothing in it."""
    parts = {"mediaType": "application/vnd.oci.empty.v1+json", "digest": config, "size": 2}
    return json.dumps({"schemaVersion": 2, "mediaType": MANIFEST, "config": parts, "layers": []}).encode()


def test_an_identity_token_is_enough(token_registry: TokenRegistry) -> None:
    login = Credentials(identity_token=token_registry.refresh_token)
    assert Registry(find_login=lambda _: login).exists(f"{token_registry.host}/app:main") is None


def test_who_may_create_a_repository_finds_it_empty(token_registry: TokenRegistry) -> None:
    token_registry.new.add("app")
    assert _ann(token_registry).exists(f"{token_registry.host}/app:main") is None
    with pytest.raises(UnreachableError, match="does not let you read"):
        Registry(find_login=_nobody).exists(f"{token_registry.host}/app:main")


def test_a_registry_that_comes_back_is_found_again(client: Registry, registry: lab.Registry) -> None:
    digest = lab.push_image(registry, "app:main")
    ref = f"{registry.host}/app:main"
    assert client.exists(ref) == digest
    registry.stop()
    with pytest.raises(UnreachableError) as raised:
        client.exists(ref)
    assert str(raised.value) == (
        f"error[registry-unreachable]: registry '{registry.host}' cannot be reached: connection refused\n"
        "hint: check its name and the network, and that it runs"
    )
    registry.start()
    assert client.exists(ref) == digest


@contextmanager
def _answering(*answers: bytes) -> Iterator[tuple[str, list[str]]]:
    """A server that gives each connection the next of these answers, and the lines it was asked."""
    asked: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            for answer in answers:
                connection, _ = server.accept()
                with connection:
                    asked.append(connection.recv(65536).split(b"\r\n")[0].decode())
                    connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"127.0.0.1:{server.getsockname()[1]}", asked
        thread.join()


BUSY = b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nRetry-After: 1000\r\nConnection: close\r\n\r\n"
DIGEST = f"Docker-Content-Digest: {NO_SUCH}".encode()
FOUND = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n" + DIGEST + b"\r\n\r\n"


def test_a_busy_registry_is_asked_again(client: Registry) -> None:
    with _answering(BUSY, b"", FOUND) as (host, asked):
        assert client.exists(f"{host}/app:main") == NO_SUCH
    assert asked == ["HEAD /v2/app/manifests/main HTTP/1.1"] * 3


def test_a_registry_that_stays_busy_is_out_of_reach(client: Registry) -> None:
    with _answering(BUSY, BUSY, BUSY) as (host, _), pytest.raises(UnreachableError) as raised:
        client.exists(f"{host}/app:main")
    assert raised.value.message == (
        f"registry '{host}' cannot be reached: it answered 503 Service Unavailable"
    )


def test_a_silent_registry_is_not_waited_for_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        host = f"127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(UnreachableError) as raised:
            Registry(find_login=_nobody, patience=Patience(read=0.1)).exists(f"{host}/app:main")
    assert raised.value.message == f"registry '{host}' cannot be reached: no answer in time"


def test_a_page_that_is_no_registry_is_refused(client: Registry) -> None:
    page = b"HTTP/1.1 404 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    with _answering(page) as (host, _), pytest.raises(UnreachableError) as raised:
        client.ping(host)
    assert raised.value.message == f"registry '{host}' cannot be reached: it answered 404 to a ping"


def test_content_of_another_digest_is_refused(client: Registry) -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nother"
    with _answering(answer) as (host, _), pytest.raises(UnreachableError) as raised:
        client.blob(f"{host}/app", digest_of(b"mine"))
    assert str(raised.value) == (
        f"error[registry-garbled]: registry '{host}' sent something else than '{digest_of(b'mine')}'\n"
        "hint: check the registry's storage, and proxies on the way to it"
    )


def test_an_insecure_host_may_speak_plain_http(
    registry: lab.Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = lab.push_image(registry, "app:main")
    # no loopback name may be resolved elsewhere, so this name is given an address here
    monkeypatch.setattr("urllib3.util.connection.create_connection", _to_loopback)
    name = f"registry.test:{registry.host.partition(':')[2]}"
    patience = Patience(tries=1)
    client = Registry(find_login=_nobody, insecure={name}, patience=patience)
    assert client.exists(f"{name}/app:main") == digest
    with pytest.raises(UnreachableError, match="cannot be reached: TLS failed"):
        Registry(find_login=_nobody, patience=patience).exists(f"{name}/app:main")


def _to_loopback(address: tuple[str, int], *_: object, **__: object) -> socket.socket:
    return socket.create_connection(("127.0.0.1", address[1]))


def _json(document: object, *headers: str) -> bytes:
    body = json.dumps(document).encode()
    lines = ("HTTP/1.1 200 OK", f"Content-Length: {len(body)}", "Connection: close", *headers, "", "")
    return "\r\n".join(lines).encode() + body


def test_referrers_are_listed_over_many_pages(client: Registry) -> None:
    first = _json({"manifests": [{"digest": "a"}]}, f'Link: </v2/app/referrers/{NO_SUCH}?p=2>; rel="next"')
    with _answering(first, _json({"manifests": [{"digest": "b"}]})) as (host, asked):
        assert client.referrers(f"{host}/app", NO_SUCH) == ("a", "b")
    place = f"GET /v2/app/referrers/{NO_SUCH}"
    assert asked == [f"{place} HTTP/1.1", f"{place}?p=2 HTTP/1.1"]


def test_a_registry_may_know_no_referrers(client: Registry, registry: lab.Registry) -> None:
    digest = lab.push_image(registry, "app:main")
    assert client.referrers(f"{registry.host}/app", digest) is None


def test_a_registry_that_deletes_tags_by_name_is_asked_for_that(client: Registry) -> None:
    manifest = _json({"schemaVersion": 2}, "Content-Type: application/vnd.oci.image.manifest.v1+json")
    gone = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    with _answering(manifest, gone) as (host, asked):
        client.delete_tag(f"{host}/app:main")
    assert asked == ["GET /v2/app/manifests/main HTTP/1.1", "DELETE /v2/app/manifests/main HTTP/1.1"]


def test_a_registry_may_want_the_tags_gone_before_the_manifest(client: Registry) -> None:
    refused, gone = (
        f"HTTP/1.1 {status} x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()
        for status in (409, 202)
    )
    with _answering(refused, gone, gone, gone) as (host, asked):
        client.delete_digest(f"{host}/app@{NO_SUCH}", tags=["a", "b"])
    assert asked == [f"DELETE /v2/app/manifests/{name} HTTP/1.1" for name in (NO_SUCH, "a", "b", NO_SUCH)]
    with _answering(refused) as (host, _), pytest.raises(UnreachableError, match="answered 409"):
        client.delete_digest(f"{host}/app@{NO_SUCH}")
    no_tags = b"HTTP/1.1 400 x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    with _answering(refused, no_tags) as (host, _), pytest.raises(UnreachableError, match="answered 409"):
        client.delete_digest(f"{host}/app@{NO_SUCH}", tags=["a"])


def test_a_host_that_nobody_knows_is_out_of_reach(client: Registry) -> None:
    with pytest.raises(UnreachableError) as raised:
        client.exists("registry.invalid/app:main")
    assert raised.value.message == "registry 'registry.invalid' cannot be reached: nobody knows this name"


def test_what_is_no_ref_is_refused(client: Registry) -> None:
    with pytest.raises(UsageError) as raised:
        client.exists("host:5000/UPPER:x")
    assert str(raised.value) == (
        "error[bad-reference]: 'host:5000/UPPER:x' is no image: "
        "invalid reference format: repository name (UPPER) must be lowercase\n"
        "hint: write it as HOST/PATH:TAG"
    )

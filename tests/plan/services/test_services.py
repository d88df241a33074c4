"""Services: what bake says of them, which share a plan, in which order, and how their images are called."""

import json

import pytest

from stageplan.errors import UsageError
from stageplan.plan.services.groups import Resolved, UsedImage, grouped
from stageplan.plan.services.names import Names, image_names
from stageplan.plan.services.service import Service, read_services


def read(**targets: object) -> tuple[Service, ...]:
    data = json.dumps({"group": {}, "target": targets}).encode()
    return read_services(data, path="compose.yaml", folder="shop")


def test_a_service_has_all_that_a_plan_carries() -> None:
    target = {
        "context": "web",
        "dockerfile": "docker/Dockerfile",
        "target": "app",
        "args": {"B": "2", "A": "1"},
        "contexts": {"os": "target:base", "docs": "docs", "go": "docker-image://golang"},
        "secret": [{"id": "token", "src": "token.txt"}, {"id": "key", "env": "KEY"}, "id=old"],
        "ssh": [{"id": "default"}, {"id": "git", "paths": ["a", "b"]}, "plain"],
        "platforms": ["linux/amd64", "linux/arm64"],
        "tags": ["r.example/web", "r.example/web:2"],
        "labels": {"a": "b"},
        "cache-from": ["type=gha"],
        "x-new": 1,
    }
    assert read(web=target) == (
        Service(
            name="web",
            context="shop/web",
            dockerfile="shop/web/docker/Dockerfile",
            target="app",
            build_args=("A=1", "B=2"),
            contexts=("docs=shop/docs", "go=docker-image://golang"),
            links=(("os", "base"),),
            secrets=("id=token,src=shop/token.txt", "id=key,env=KEY", "id=old"),
            ssh=("default", "git=a,b", "plain"),
            platform="linux/amd64,linux/arm64",
            images=("r.example/web:latest", "r.example/web:2"),
            left_out=("labels", "x-new"),
        ),
    )


def test_what_is_left_out_is_warned_of() -> None:
    (service,) = read(web={"labels": {}})
    assert tuple(service.warnings()) == (
        "service 'web': 'labels' is passed over, for a plan has no place for it",
    )


@pytest.mark.parametrize(
    ("targets", "message"),
    [
        pytest.param({}, "'compose.yaml' builds nothing", id="nothing"),
        pytest.param(
            {"web": {"dockerfile-inline": "FROM scratch"}},
            "the Dockerfile of service 'web' stands in the compose or bake file itself",
            id="inline",
        ),
        pytest.param(
            {"web": {"context": "https://example.com/x.git"}},
            "the context of service 'web' is 'https://example.com/x.git', which is no folder here",
            id="a repository",
        ),
        pytest.param(
            {"web": {"tags": ["R.example/Web"]}},
            "'R.example/Web' of service 'web' is no image: invalid reference format:"
            " repository name (Web) must be lowercase",
            id="upper case",
        ),
    ],
)
def test_a_service_is_refused(targets: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(**targets)
    assert caught.value.message == message


def resolved(name: str, *uses: str, file: str = "a", stage: str | None = "x", args: str = "") -> Resolved:
    service = Service(
        name=name, context=file, dockerfile=f"{file}/Dockerfile", build_args=(args,), images=(f"r/{name}:1",)
    )
    taken = tuple(UsedImage(name=use, service=use) for use in uses)
    return Resolved(service=service, stage=len(stage or ""), stage_name=stage, uses=taken)


@pytest.mark.parametrize(
    ("services", "names"),
    [
        pytest.param([resolved("b", stage="x"), resolved("a", stage="yy")], [("a", "b")], id="one file"),
        pytest.param([resolved("a", stage="x"), resolved("b", stage="x")], [("a",), ("b",)], id="same stage"),
        pytest.param(
            [resolved("a", stage=None), resolved("b", stage="x")], [("a",), ("b",)], id="no name to ask for"
        ),
        pytest.param(
            [resolved("a", stage="x", args="A=1"), resolved("b", stage="yy")],
            [("a",), ("b",)],
            id="other arguments",
        ),
        pytest.param(
            [resolved("a", "z"), resolved("z", file="b")], [("z",), ("a",)], id="after what it starts from"
        ),
        # in one plan they would wait for each other: 'c' needs 'a', and 'b' needs 'c'
        pytest.param(
            [resolved("a", stage="x"), resolved("b", "c", stage="yy"), resolved("c", "a", file="b")],
            [("a",), ("c",), ("b",)],
            id="there and back",
        ),
    ],
)
def test_services_share_a_plan(services: list[Resolved], names: list[tuple[str, ...]]) -> None:
    assert [group.names for group in grouped(services)] == names


def test_a_circle_is_refused() -> None:
    with pytest.raises(UsageError) as caught:
        grouped([resolved("a", "b"), resolved("b", "a", file="b")])
    assert caught.value.message == "services take each other's images in a circle: a -> b -> a"


@pytest.mark.parametrize(
    ("images", "read_only", "names"),
    [
        pytest.param(
            ("r.example/web:1",),
            False,
            Names(images=("r.example/web:1",), address="r.example/web:1", pushed=True),
            id="pushed",
        ),
        pytest.param(
            ("r.example/web:1",),
            True,
            Names(images=("shop-web:latest",), address="stageplan.invalid/shop-web:latest", pushed=False),
            id="a pull request has names of its own",
        ),
        pytest.param(
            ("postgres:9",),
            False,
            Names(images=("postgres:9",), address="stageplan.invalid/shop-web:latest", pushed=False),
            id="a name that nobody can push",
        ),
        pytest.param(
            (),
            False,
            Names(images=("shop-web:latest",), address="stageplan.invalid/shop-web:latest", pushed=False),
            id="no name",
        ),
    ],
)
def test_an_image_is_called(images: tuple[str, ...], *, read_only: bool, names: Names) -> None:
    service = Service(name="web", context=".", dockerfile="Dockerfile", images=images)
    assert image_names([service], project="Shop", read_only=read_only) == {"web": names}

"""What is in a registry, and when it was made."""

import json
from datetime import UTC, datetime

import pytest

import lab
from stageplan.system.present_images import made_at, present_images
from stageplan.system.registry import Registry
from stageplan.system.registry_content import OCI_CONFIG, OCI_MANIFEST, Manifest

DAYS = ["2024-01-01T00:00:00Z", "2024-01-02T03:04:05.123456789Z", "2024-01-03T00:00:00+01:00"]


def push(ref: str, config: bytes) -> str:
    registry = Registry()
    described = {"mediaType": OCI_CONFIG, "digest": registry.put_blob(ref, config), "size": len(config)}
    document = {"schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": described, "layers": []}
    body = json.dumps(document).encode()
    return registry.put_manifest(ref, Manifest(body=body, media_type=OCI_MANIFEST))


def config_of(created: str | None, *history: str) -> bytes:
    document = {"history": [{"created": entry} for entry in history]}
    return json.dumps(document | ({"created": created} if created else {})).encode()


def test_what_is_there_and_how_big(registry: lab.Registry) -> None:
    digest = lab.push_image(registry, "base:1")
    here, gone = f"{registry.host}/base:1", f"{registry.host}/base:2"
    found = present_images([here, gone])
    image = found[here]
    assert image is not None
    assert (image.digest, image.size > 100_000, found[gone]) == (digest, True, None)


@pytest.mark.parametrize(
    ("config", "count", "made"),
    [
        pytest.param(config_of(DAYS[2], *DAYS), 1, datetime(2024, 1, 2, 23, tzinfo=UTC), id="the last layer"),
        pytest.param(
            config_of(DAYS[2], *DAYS),
            2,
            datetime(2024, 1, 2, 3, 4, 5, 123456, tzinfo=UTC),
            id="the older of two; the base's do not count",
        ),
        pytest.param(
            config_of(DAYS[1], DAYS[1]), 0, datetime(2024, 1, 2, 3, 4, 5, 123456, tzinfo=UTC), id="no layer"
        ),
        pytest.param(config_of("2024-01-01T00:00:00"), 1, datetime(2024, 1, 1, tzinfo=UTC), id="no zone"),
        pytest.param(config_of(None, *DAYS), 1, None, id="it does not say"),
        pytest.param(config_of("yesterday"), 1, None, id="no time"),
        pytest.param(b"[]", 1, None, id="no configuration"),
        pytest.param(b"\x1f\x8b", 1, None, id="no JSON"),
    ],
)
def test_when_the_oldest_layer_that_counts_was_made(
    registry: lab.Registry, config: bytes, count: int, made: datetime | None
) -> None:
    ref = f"{registry.host}/app:1"
    push(ref, config)
    image = present_images([ref])[ref]
    assert image is not None
    assert made_at({ref: (image, count)}) == {ref: made}

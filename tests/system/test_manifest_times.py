"""When something was made: only what a clock was read for counts."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from stageplan.system.manifest_times import config_digest, made

EARLY, LATE = "2026-05-01T10:00:00.123456789Z", "2026-05-02T10:00:00.5+02:00"
AT = {
    EARLY: datetime(2026, 5, 1, 10, 0, 0, 123456, UTC).timestamp(),
    LATE: datetime(2026, 5, 2, 8, 0, 0, 500000, UTC).timestamp(),
}
WHOLE = "2026-05-03T10:00:00Z"


@pytest.mark.parametrize(
    ("document", "config", "expected"),
    [
        pytest.param({}, {"created": EARLY}, AT[EARLY], id="an image"),
        pytest.param(
            {},
            {"created": WHOLE, "history": [{"created": EARLY}, {"created": LATE}, {}]},
            AT[LATE],
            id="its newest layer",
        ),
        pytest.param({}, {"created": WHOLE}, None, id="SOURCE_DATE_EPOCH"),
        pytest.param({}, {"created": "1980-01-01T00:00:01Z"}, None, id="a cache of pack"),
        pytest.param({}, {"created": "2026-05-01T10:00:00.000Z"}, None, id="a fraction of zero"),
        pytest.param({}, {"created": "soon.1"}, None, id="no time"),
        pytest.param({}, {"created": 7.5, "history": None}, None, id="no text"),
        pytest.param({}, [], None, id="no image"),
        pytest.param(
            {"layers": [{"annotations": {"buildkit/createdat": LATE}}, {"annotations": None}, {}]},
            None,
            AT[LATE],
            id="a cache of BuildKit",
        ),
        pytest.param(
            {"manifests": [{"annotations": {"buildkit/createdat": EARLY}}]},
            None,
            AT[EARLY],
            id="a cache of BuildKit as an index",
        ),
        pytest.param(
            {"annotations": {"org.opencontainers.image.created": EARLY}}, None, AT[EARLY], id="an annotation"
        ),
    ],
)
def test_time(document: dict[str, Any], config: object, expected: float | None) -> None:
    found = made(document, None if config is None else json.dumps(config).encode())
    assert found == (None if expected is None else pytest.approx(expected, abs=0.001))


def test_a_configuration_that_is_no_json_says_nothing() -> None:
    assert made({}, b"{") is None


def test_only_images_have_a_configuration_to_ask() -> None:
    oci = "application/vnd.oci.image.config.v1+json"
    assert config_digest({"config": {"mediaType": oci, "digest": "d"}}) == "d"
    cache = "application/vnd.buildkit.cacheconfig.v0"
    assert config_digest({"config": {"mediaType": cache, "digest": "d"}}) is None
    assert config_digest({}) is None

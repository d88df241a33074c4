"""Platforms: what the engine makes of `--platform`."""

import json
from pathlib import Path

import pytest

from stageplan.dockerfile.platforms import InvalidPlatformError, Platform, parse_platform

VECTORS = json.loads(Path("fixtures/vectors/platforms.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["platform"] or "empty" for vector in VECTORS])
def test_a_platform_is_what_the_engine_makes_of_it(vector: dict[str, str]) -> None:
    if "error" in vector:
        with pytest.raises(InvalidPlatformError) as caught:
            parse_platform(vector["platform"])
        assert str(caught.value) == vector["error"]
    else:
        platform = parse_platform(vector["platform"])
        assert platform == Platform(
            os=vector["os"],
            architecture=vector["arch"],
            variant=vector["variant"],
            os_version=vector["osversion"],
        )
        assert (platform.format(), platform.format_all()) == (vector["format"], vector["formatall"])


@pytest.mark.parametrize(
    ("text", "default", "platform"),
    [
        pytest.param("linux", "linux/arm64", "linux/arm64", id="architecture of the machine"),
        pytest.param(
            "linux", "linux/arm/v6", "linux/arm/v6", id="its variant, where it is not the usual one"
        ),
        pytest.param("windows", "linux/arm64/v8", "windows/arm64", id="no variant but for arm"),
        pytest.param("amd64", "windows/arm64", "windows/amd64", id="system of the machine"),
    ],
)
def test_one_word_takes_the_rest_from_the_machine(text: str, default: str, platform: str) -> None:
    assert parse_platform(text, parse_platform(default)).format() == platform


@pytest.mark.parametrize(
    ("text", "name"),
    [
        pytest.param("linux/arm", "linux/arm/v7", id="arm has a variant"),
        pytest.param("linux/arm64/v8", "linux/arm64", id="arm64 has none"),
        pytest.param("macos/x86_64/v1", "darwin/amd64", id="other names"),
        pytest.param("windows(10.0)/amd64", "windows(10.0)/amd64", id="version stays"),
    ],
)
def test_platforms_are_compared_by_one_name(text: str, name: str) -> None:
    assert parse_platform(text).normalized().format_all() == name


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("linux/*", '"linux/*": wildcards not yet supported: invalid argument', id="wildcard"),
        pytest.param(
            "linux/amd64\n",
            r'"amd64\n" is an invalid component of "linux/amd64\n": platform specifier component must match '
            r'"^[A-Za-z0-9_.-]+$": invalid argument',
            id="line end",
        ),
    ],
)
def test_a_text_that_names_nothing(text: str, message: str) -> None:
    with pytest.raises(InvalidPlatformError) as caught:
        parse_platform(text)
    assert str(caught.value) == message

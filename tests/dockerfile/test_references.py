"""Image references: what the engine makes of a name."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stageplan.dockerfile.references import InvalidReferenceError, Reference, parse_reference

VECTORS = json.loads(Path("fixtures/vectors/references.json").read_text(encoding="utf-8"))
HEX = "a" * 64


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["name"][:40] for vector in VECTORS])
def test_a_name_is_what_the_engine_makes_of_it(vector: dict[str, str]) -> None:
    if "error" in vector:
        with pytest.raises(InvalidReferenceError) as caught:
            parse_reference(vector["name"])
        assert str(caught.value) == vector["error"]
    else:
        reference = parse_reference(vector["name"])
        assert (reference.normalized, reference.familiar) == (vector["ref"], vector["familiar"])


def test_the_parts_of_a_reference() -> None:
    assert parse_reference(f"h.io:5000/team/app:1.2@sha256:{HEX}") == Reference(
        domain="h.io:5000", path="team/app", tag="1.2", digest=f"sha256:{HEX}"
    )


@pytest.mark.parametrize(
    ("name", "message"),
    [
        pytest.param("A1index.io__b/a", "repository name must be lowercase", id="upper case that is no host"),
        pytest.param("a/" * 200 + "b", "repository name must not be more than 255 characters", id="long"),
        pytest.param(f"x@sha512:{HEX}", "invalid checksum digest length", id="digest of another length"),
        pytest.param(f"x:1@Sha256:{HEX}", "invalid checksum digest format", id="algorithm in upper case"),
        pytest.param("x\n", "invalid reference format", id="line end"),
    ],
)
def test_a_text_that_names_nothing(name: str, message: str) -> None:
    with pytest.raises(InvalidReferenceError) as caught:
        parse_reference(name)
    assert str(caught.value) == message


def test_a_first_part_that_is_no_host_belongs_to_the_path() -> None:
    reference = parse_reference("a.b_c/x")
    assert (reference.domain, reference.normalized, reference.familiar) == ("", "a.b_c/x:latest", "a.b_c/x")


@settings(derandomize=True, deadline=None)
@given(st.lists(st.sampled_from(["a", "B", "1", ".", "_", "-", "/", ":", "@", "localhost", "sha256:" + HEX])))
def test_a_normalized_reference_names_the_same_image(parts: list[str]) -> None:
    try:
        reference = parse_reference("".join(parts))
    except InvalidReferenceError:
        return
    if reference.domain:
        assert parse_reference(reference.normalized).normalized == reference.normalized

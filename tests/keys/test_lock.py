"""The lock file: the same images give the same bytes, and what is none is an error."""

import pytest

from stageplan.errors import UsageError
from stageplan.keys.lock import LockedImage, decode_lock, encode_lock, locked_image
from stageplan.stages.options import ImageConfig

DIGEST = f"sha256:{'1' * 64}"
TEXT = f"""\
{{
  "version": 1,
  "images": {{
    "docker.io/library/alpine:3.22": {{
      "digest": "{DIGEST}"
    }},
    "docker.io/library/node:22": {{
      "digest": "{DIGEST}",
      "environment": {{
        "PATH": "/bin",
        "A": "1"
      }},
      "onbuild": [
        "RUN a"
      ],
      "working_directory": "/w",
      "lowest_layer": "sha256:1"
    }}
  }}
}}
"""
NODE = ImageConfig(
    environment={"PATH": "/bin", "A": "1"},
    onbuild=("RUN a",),
    working_directory="/w",
    lowest_layer="sha256:1",
)


def test_a_lock_file_is_sorted_and_says_no_more_than_there_is() -> None:
    images = {
        "docker.io/library/node:22": locked_image(DIGEST, NODE),
        "docker.io/library/alpine:3.22": locked_image(DIGEST, None),
    }
    assert encode_lock(images).decode() == TEXT


def test_a_lock_file_gives_back_what_was_pinned() -> None:
    images = decode_lock(TEXT.encode(), path="stageplan.lock")
    assert images["docker.io/library/alpine:3.22"] == LockedImage(digest=DIGEST)
    assert images["docker.io/library/node:22"].config == NODE


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("", "input data was truncated", id="empty"),
        pytest.param('{"version": 2, "images": {}}', "its version is 2, not 1", id="version"),
        pytest.param(
            '{"version": 1, "images": []}', "expected `object`, got `array` - at `$.images`", id="form"
        ),
        pytest.param(
            '{"version": 1, "images": {}, "more": 1}',
            "object contains unknown field `more`",
            id="unknown field",
        ),
    ],
)
def test_what_is_no_lock_file_is_an_error(text: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        decode_lock(text.encode(), path="stageplan.lock")
    assert str(caught.value) == (
        f"error[lock-invalid]: 'stageplan.lock' is no lock file: {message}\n"
        "hint: write it again with `stageplan plan --pin`"
    )

import re
import subprocess

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from stageplan.plan.scope import slug

# What a rendered script may do at run time; it must agree with `slug` on every name.
SHELL = r"""
slug() {
  body=$(printf '%s' "$1" | LC_ALL=C tr A-Z a-z | LC_ALL=C tr -c 'a-z0-9._-' '-' |
    sed -e 's/__/--/g' -e 's/_$/-/' -e 's/^[.-]/0/')
  body=${body:-0}
  if [ "$body" = "$1" ] && [ "${#body}" -le 60 ] && ! printf '%s\n' "$1" | grep -q -- '-[0-9a-f]\{10\}$'; then
    printf '%s\n' "$1"
  else
    printf '%.49s-%s\n' "$body" "$(printf '%s' "$1" | sha256sum | cut -c1-10)"
  fi
}
for name in "$@"; do slug "$name"; done
"""

HASHED = re.compile(r"-[0-9a-f]{10}\Z")

# Names near the rules' edges: plain text seldom meets them.
names = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    st.text("aB0._-/é\n", max_size=70),
    st.builds("{}-{}".format, st.text("a._", max_size=50), st.text("0af", min_size=9, max_size=11)),
)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("main", "main", id="fits"),
        pytest.param("v1.2.3", "v1.2.3", id="release tag"),
        pytest.param("a" * 60, "a" * 60, id="longest"),
        pytest.param("a" * 61, "a" * 49 + "-35d5fc17cf", id="cut"),
        pytest.param("feature/login", "feature-login-df7c7aeb35", id="slash"),
        pytest.param("feature-login", "feature-login", id="what a slash becomes"),
        pytest.param("Main", "main-eb814be3ca", id="upper case"),
        pytest.param("a__b", "a--b-63e5c1c455", id="double underscore"),
        pytest.param("a_", "a--571fb0e30b", id="underscore at the end"),
        pytest.param("_a", "_a", id="underscore at the start"),
        pytest.param(".a", "0a-36797c3aba", id="dot at the start"),
        pytest.param("-", "0-3973e022e9", id="hyphen alone"),
        pytest.param("_", "0-d2e2adf717", id="underscore alone"),
        pytest.param("", "0-e3b0c44298", id="empty"),
        pytest.param("é", "0--4a99557e40", id="two bytes"),
        pytest.param("main-0123456789", "main-0123456789-42ffc4715b", id="ends like a hash"),
    ],
)
def test_slug(name: str, expected: str) -> None:
    assert slug(name) == expected


@settings(derandomize=True, deadline=None)
@given(names)
@example("a" * 48 + "_" * 20)
def test_slug_is_a_piece_of_a_tag(name: str) -> None:
    result = slug(name)
    assert re.fullmatch(r"[a-z0-9_][a-z0-9._-]{0,59}", result)
    assert "__" not in result
    assert not result.endswith("_")


@settings(derandomize=True, deadline=None)
@given(names, names)
def test_two_names_never_share_a_slug(left: str, right: str) -> None:
    assert (slug(left) == slug(right)) == (left == right)


@settings(derandomize=True, deadline=None)
@given(names)
def test_the_slug_of_a_slug_is_not_that_slug_where_it_was_hashed(name: str) -> None:
    result = slug(name)
    assert (slug(result) == result) == (HASHED.search(result) is None)


@settings(derandomize=True, deadline=None, max_examples=10)
@given(st.lists(names, min_size=20, max_size=60))
def test_a_shell_finds_the_same_slugs(batch: list[str]) -> None:
    words = ["sh", "-c", SHELL, "sh", *batch]
    shell = subprocess.run(words, capture_output=True, check=True)
    assert shell.stdout.decode("ascii").splitlines() == [slug(name) for name in batch]


def test_bytes_that_are_no_utf_8_are_kept_apart() -> None:
    assert slug("a\udcff") != slug("a\udcfe")

"""What a tag can mean, and that there is one reading of it."""

from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stageplan.plan.keyed.pieces import Form
from stageplan.plan.scope import slug
from stageplan.retention.names import FORMS, Foreign, KeyRef, Name, Plain, ScopeRef, read_name, short

KEY = "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("tag", "name"),
    [
        pytest.param("main__deps", ScopeRef(scope="main", stage="deps"), id="cache ref"),
        pytest.param("main__0", ScopeRef(scope="main", stage="0"), id="a stage without a name"),
        pytest.param("a.b-c_d__deps", ScopeRef(scope="a.b-c_d", stage="deps"), id="all characters"),
        pytest.param("main__next", ScopeRef(scope="main", stage="next"), id="until its tags move"),
        pytest.param("main__keyed__deps", ScopeRef(scope="main", stage="keyed__deps"), id="newest image"),
        pytest.param(
            "main__deps__linux-arm64", ScopeRef(scope="main", stage="deps__linux-arm64"), id="platform"
        ),
        pytest.param(
            "main__inline__deps__linux-arm64",
            ScopeRef(scope="main", stage="inline__deps__linux-arm64"),
            id="stage image of a platform",
        ),
        pytest.param("main___x", ScopeRef(scope="main", stage="_x"), id="a stage that begins with _"),
        pytest.param(f"artifact-{KEY}", KeyRef(form="artifact", key=KEY), id="by key"),
        pytest.param(KEY, KeyRef(form="layer", key=KEY), id="layer of buildah"),
        pytest.param("main", Plain(scope="main"), id="an image's tag"),
        pytest.param("v1.2.3", Plain(scope="v1.2.3"), id="a version"),
        pytest.param(f"artifact-{KEY[1:]}", Foreign(), id="a key that is too short"),
        pytest.param(f"other-{KEY}", Foreign(), id="a form that there is not"),
        pytest.param(f"sha256-{KEY}", Foreign(), id="where others keep what refers to an image"),
        pytest.param(f"sha256-{KEY}.sig", Foreign(), id="a signature"),
        pytest.param("Main__deps", Foreign(), id="capitals"),
        pytest.param("main__deps__a__b", Foreign(), id="too many parts"),
        pytest.param("main____deps", Foreign(), id="an empty part"),
        pytest.param("__deps", Foreign(), id="no scope"),
        pytest.param("main__", Foreign(), id="no stage"),
        pytest.param(f"{'a' * 61}__deps", Foreign(), id="a scope that is too long"),
    ],
)
def test_tag(tag: str, name: Name) -> None:
    assert read_name(tag) == name


def test_the_forms_are_those_that_are_pushed() -> None:
    assert (*get_args(Form), "base", "record") == FORMS


@settings(derandomize=True, deadline=None)
@given(st.text(min_size=1), st.text(min_size=1), st.sampled_from(["", "inline__", "classic__", "keyed__"]))
def test_every_name_of_a_branch_is_read_again(branch: str, stage: str, kind: str) -> None:
    rest = f"{kind}{slug(stage)}"
    assert read_name(f"{slug(branch)}__{rest}") == ScopeRef(scope=slug(branch), stage=rest)
    assert read_name(slug(branch)) == Plain(scope=slug(branch))


def test_a_key_is_shown_by_its_first_digits() -> None:
    assert [short(tag) for tag in (f"image-{KEY}", KEY, "main__deps")] == [
        "image-0123456789ab…",
        "0123456789ab…",
        "main__deps",
    ]

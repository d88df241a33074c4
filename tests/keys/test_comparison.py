"""What changed between two states: which input of which stage, and what that is."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from stageplan.keys.comparison import StageChange, compare
from stageplan.keys.model import StageKey
from stageplan.keys.record import InputRecord, StageRecord, input_records

Keys = Mapping[str, StageKey]
MakeKeys = Callable[..., Keys]

TEXT = "FROM alpine AS a\nARG V=1\nRUN make\nFROM alpine AS b\nCOPY --from=a /x /\nLABEL k=v\n"


def records(keys: Keys) -> tuple[StageRecord, ...]:
    return tuple(
        StageRecord(name=name, key=key.digest, inputs=input_records(key)) for name, key in keys.items()
    )


def said(changes: tuple[StageChange, ...]) -> list[Any]:
    return [
        (stage.name, stage.change, *((item.change, item.kind, item.name) for item in stage.inputs))
        for stage in changes
    ]


PASSED_ON = ("b", "changed", ("changed", "copied-stage", "a"))


@pytest.mark.parametrize(
    ("replace", "changes"),
    [
        pytest.param(("make", "make"), [], id="nothing"),
        pytest.param(("RUN", "# c\nRUN"), [], id="a comment"),
        pytest.param(
            ("V=1", "V=2"), [("a", "changed", ("changed", "argument", "V")), PASSED_ON], id="an argument"
        ),
        pytest.param(
            ("RUN make", "RUN make all"),
            [("a", "changed", ("changed", "instruction", "RUN")), PASSED_ON],
            id="an instruction",
        ),
        pytest.param(
            ("RUN make", "RUN make\nRUN test"),
            [("a", "changed", ("added", "instruction", "RUN")), PASSED_ON],
            id="one more",
        ),
        pytest.param(
            ("ARG V=1\n", ""), [("a", "changed", ("removed", "argument", "V")), PASSED_ON], id="one less"
        ),
        pytest.param(
            ("LABEL k=v", "CMD k"),
            [("b", "changed", ("removed", "setting", "LABEL k"), ("added", "setting", "CMD"))],
            id="a setting for another",
        ),
        pytest.param(("AS b", "AS c"), [("c", "added"), ("b", "removed")], id="the name of a stage"),
    ],
)
def test_what_changed(make_keys: MakeKeys, replace: tuple[str, str], changes: list[Any]) -> None:
    before, after = records(make_keys(TEXT)), records(make_keys(TEXT.replace(*replace)))
    # the last stage's own name is no part of its key
    assert said(compare(before, after)) == changes


def test_another_image_in_the_place_of_one_is_a_change_of_it(make_keys: MakeKeys) -> None:
    digest = "sha256:{}".format
    one = make_keys("FROM alpine AS a\n", images={"docker.io/library/alpine:latest": digest("1")})
    two = make_keys("FROM debian AS a\n", images={"docker.io/library/debian:latest": digest("2")})
    (change,) = compare(records(one), records(two))
    assert said((change,)) == [("a", "changed", ("changed", "base-image", "docker.io/library/debian:latest"))]
    assert [(item.before, item.after, item.is_passed_on) for item in change.inputs] == [(1, 1, False)]


def test_a_stage_that_lost_its_key_has_changed() -> None:
    inputs = (InputRecord(kind="platform", name="platform", digest="0"),)
    before = StageRecord(name="a", key="1", inputs=inputs)
    after = StageRecord(name="a", key=None, inputs=inputs)
    assert said(compare((before,), (after,))) == [("a", "changed")]


def test_a_record_holds_no_values(make_keys: MakeKeys) -> None:
    key = make_keys("FROM alpine AS a\nARG TOKEN\nRUN a\n", build_args={"TOKEN": "very secret"})["a"]
    assert "secret" not in str(input_records(key))
    assert [record.name for record in input_records(key)] == [item.name for item in key.inputs]

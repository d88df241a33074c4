"""Inputs of keys and their changes as a person sees them: cut, hidden, counted."""

import pytest

from stageplan.keys.comparison import Change, InputChange, StageChange
from stageplan.keys.model import InputKind, KeyInput
from stageplan.review.explanation import input_label, input_text, shown_value
from stageplan.review.key_changes import Side, changes_json, changes_text, path_changes


def item(kind: InputKind, name: str, value: str, *, line: int | None = 3) -> KeyInput:
    return KeyInput(kind=kind, name=name, value=value, line=line)


@pytest.mark.parametrize(
    ("given", "label", "text"),
    [
        pytest.param(
            item("base-image", "alpine:3", f"sha256:{'1' * 64}"), "base", "alpine:3  111111111111", id="image"
        ),
        pytest.param(item("base-image", "scratch", "nothing"), "base", "scratch  nothing", id="no image"),
        pytest.param(
            item("copied-image", "alpine:3", f"sha256:{'1' * 64} linux/arm64"),
            "from image",
            "alpine:3  111111111111",
            id="image for a platform",
        ),
        pytest.param(item("base-stage", "deps", "a" * 64), "base stage", "deps  aaaaaaaaaaaa", id="stage"),
        pytest.param(item("copied-stage", "me", "itself"), "from stage", "me  itself", id="itself"),
        pytest.param(item("argument", "LEVEL", "1"), "ARG", "LEVEL=1", id="argument"),
        pytest.param(item("argument", "NPM_TOKEN", "abc"), "ARG", "NPM_TOKEN=(hidden)", id="secret"),
        pytest.param(item("environment", "A", "b\nc"), "ENV", "A=b c", id="lines"),
        pytest.param(item("instruction", "RUN", "x" * 200), "RUN", "x" * 95 + "…", id="long"),
        pytest.param(item("heredoc", "<<E", "a\nb\n"), "heredoc", "<<E  a b", id="here-document"),
        pytest.param(item("setting", "LABEL a", "b"), "LABEL a", "b", id="setting"),
        pytest.param(
            KeyInput(kind="remote", name="u", value="", unknown="it can change"),
            "download",
            "not known: it can change",
            id="not known",
        ),
    ],
)
def test_an_input_is_one_line(given: KeyInput, label: str, text: str) -> None:
    assert (input_label(given), input_text(given)) == (label, text)


def test_a_secret_has_no_value_to_show() -> None:
    assert shown_value(item("environment", "DB_PASSWORD", "abc")) == "(hidden)"


def change(what: Change, given: KeyInput, *, before: int | None = 0, after: int | None = 0) -> StageChange:
    changed = InputChange(change=what, kind=given.kind, name=given.name, before=before, after=after)
    return StageChange(name="app", change="changed", inputs=(changed,))


def lines(changed: StageChange, old: Side, new: Side) -> list[str]:
    text = changes_text((changed,), "app", "main", ("app",), old, new)
    return text.splitlines()[3:-2]


def test_many_paths_are_counted() -> None:
    files = item("files", "src", "sha256:1")
    old = Side(inputs={"app": (files,)}, paths_of=lambda _: {})
    new = Side(inputs={"app": (files,)}, paths_of=lambda _: {f"src/{number}": "1" for number in range(10)})
    shown = ", ".join(f"src/{number} added" for number in range(8))
    assert lines(change("changed", files), old, new) == [f"  changed  line 3: files src: {shown} and 2 more"]


def test_what_is_gone_is_shown_as_it_was() -> None:
    old = Side(inputs={"app": (item("argument", "LEVEL", "1"),)})
    gone = change("removed", item("argument", "LEVEL", "1"), after=None)
    assert lines(gone, old, Side(inputs={"app": ()})) == ["  removed  ARG LEVEL=1"]


def test_without_values_a_name_is_all_there_is() -> None:
    gone = change("removed", item("argument", "LEVEL", "1"), after=None)
    assert lines(gone, Side(inputs={}), Side(inputs={"app": ()})) == ["  removed  argument LEVEL"]


def test_a_long_or_many_lined_value_is_not_shown_twice() -> None:
    one, two = item("heredoc", "<<E", "a\n"), item("heredoc", "<<E", "b\n")
    old, new = Side(inputs={"app": (one,)}), Side(inputs={"app": (two,)})
    assert lines(change("changed", two), old, new) == ["  changed  line 3: heredoc <<E  b"]


def test_stages_that_came_and_went() -> None:
    changes = (StageChange(name="new", change="added"), StageChange(name="old", change="removed"))
    nothing = Side(inputs={})
    assert changes_text(changes, "new", "main", ("new", "old"), nothing, nothing) == (
        "'new' differs from main:\n\nnew  (added)\nold  (removed)\n\nstages with another key: new\n"
    )
    assert changes_json(changes, "main", nothing, nothing) == {
        "against": "main",
        "stages": [
            {"name": "new", "change": "added", "inputs": []},
            {"name": "old", "change": "removed", "inputs": []},
        ],
    }


def test_paths_that_differ() -> None:
    old, new = {"a": "1", "b": "1", "c": "1"}, {"b": "2", "c": "1", "d": "1"}
    assert path_changes(old, new) == (("a", "removed"), ("b", "changed"), ("d", "added"))

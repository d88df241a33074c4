"""Errors: one exit code a family, every rule explained, messages formatted once."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from stageplan import errors
from stageplan.errors import DockerfileError, StageplanError, did_you_mean
from stageplan.source import Span, excerpt

ROOT = Path(__file__).parents[1]
FAMILIES: list[type[StageplanError]] = StageplanError.__subclasses__()


def rules_in_the_code() -> Iterator[str]:
    """The first argument of every call of an error class."""
    names = {family.__name__ for family in FAMILIES}
    for path in (ROOT / "stageplan").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or not node.args:
                continue
            first = node.args[0]
            if node.func.id in names and isinstance(first, ast.Constant):
                yield str(first.value)


def test_exit_codes_are_unique() -> None:
    codes = [family.exit_code for family in FAMILIES] + [0, errors.EXIT_BUG, errors.EXIT_INTERRUPTED]
    assert len(codes) == len(set(codes))


def test_every_rule_is_explained() -> None:
    explained = (ROOT / "docs/errors.md").read_text()
    missing = sorted({rule for rule in rules_in_the_code() if f"| `{rule}` |" not in explained})
    assert missing == []


def test_an_error_is_shown_with_its_place_and_hint() -> None:
    text = "FROM a\nCOPY --from=bild /x /y\n"
    span = Span(path="Dockerfile", line=2, column=13, width=4)
    error = DockerfileError("r", "what is wrong", span=span, hint="do this", excerpt=excerpt(text, span))
    assert str(error) == (
        "Dockerfile:2:13: error[r]: what is wrong\n"
        "2 | COPY --from=bild /x /y\n"
        "                ^^^^\n"
        "hint: do this"
    )


@pytest.mark.parametrize(
    ("word", "known", "hint"),
    [
        pytest.param("bulder", ["builder", "deps"], "did you mean 'builder'?", id="one letter left out"),
        pytest.param("BUILDER", ["builder"], "did you mean 'builder'?", id="case"),
        pytest.param("x", ["builder"], None, id="too far"),
        pytest.param("ab", ["cd"], None, id="a short word is not everything"),
        pytest.param("word", [], None, id="nothing known"),
    ],
)
def test_did_you_mean(word: str, known: list[str], hint: str | None) -> None:
    assert did_you_mean(word, known) == hint

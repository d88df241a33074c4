"""Ignore files: 432 results of the engine's matcher, the text, the errors, and a second implementation."""

import json
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stageplan.context.ignore import NOTHING_IGNORED, IgnoreFile, choose_ignore_file
from stageplan.context.path_patterns import Inherited
from stageplan.errors import UsageError

VECTORS = json.loads(Path("fixtures/vectors/dockerignore.json").read_text(encoding="utf-8"))


def ignore(*lines: str) -> IgnoreFile:
    return IgnoreFile.parse("\n".join(lines), ".dockerignore")


@pytest.mark.parametrize("vector", VECTORS, ids=[str(i) for i in range(len(VECTORS))])
def test_the_build_sees_what_the_engine_would_send(vector: dict[str, Any]) -> None:
    if "error" in vector:
        with pytest.raises(UsageError) as caught:
            IgnoreFile.parse(vector["file"], ".dockerignore")
        assert caught.value.message == f"the build would refuse this ignore file: {vector['error']}"
    else:
        file = IgnoreFile.parse(vector["file"], ".dockerignore")
        assert [file.excludes(path) for path in vector["paths"]] == vector["excluded"]


@pytest.mark.parametrize(
    ("pattern", "matches", "leaves"),
    [
        pytest.param(r"\d*", ["1", "12/a"], ["d"], id="a backslash starts a class of characters"),
        pytest.param(r"a\b?", ["a!", "a-"], ["ab"], id="or asks for the edge of a word"),
        pytest.param(r"x\61*", ["x1", "x12"], ["x61"], id="or is a number"),
        pytest.param(r"x\x61*", ["xa"], ["xx61"], id="in base 16 too"),
        pytest.param(r"\Qa?b\Ec", ["a[^/]bc"], ["axbc"], id="quoted text, with what wildcards have become"),
        pytest.param("[[:alpha:]]*", ["a1"], ["1a"], id="a named class"),
        pytest.param(r"[^\d]*", ["a"], ["1"], id="a class in a class"),
        pytest.param(r"[\d\t-\\x]?", ["1a", "xa", "Aa"], ["ya"], id="a class, a range and a character"),
        pytest.param(r"x\t?", ["x\ta"], ["xta"], id="or is a control character"),
        pytest.param("[!a]", ["!", "a"], ["b"], id="an exclamation mark is a character"),
        pytest.param("[&&a][~~b]?", ["&~x"], ["xax"], id="no sets of sets"),
        pytest.param("^a?", ["ab"], ["^ab"], id="a caret is the start"),
        pytest.param("a?|b", ["ax", "axx", "xxb", "x/b"], ["xa"], id="a bar is an alternative"),
        pytest.param("a|b", ["a|b"], ["a", "b"], id="but not in plain text"),
        pytest.param("?{2}", ["ab"], ["a", "a{2}"], id="braces repeat"),
        pytest.param("*.{js,ts}", ["a.{js,ts}"], ["a.js"], id="but not words"),
        pytest.param("**foo", ["foo", "xfoo", "a/xfoo"], ["foox"], id="two stars and text"),
        pytest.param("foo/**", ["foo/a", "foo/a/b"], ["foo", "foox"], id="what lies below"),
        pytest.param("a**b", ["ab", "a/b", "a/x/b"], ["axb"], id="two stars are whole parts"),
        pytest.param("**/*/x", ["a/x", "b/a/x"], ["x"], id="any depth but the first"),
    ],
)
def test_a_pattern_reaches_the_regular_expressions_of_go(
    pattern: str, matches: list[str], leaves: list[str]
) -> None:
    file = ignore(pattern)
    assert [path for path in matches + leaves if file.excludes(path)] == matches


@pytest.mark.parametrize(
    ("text", "patterns"),
    [
        pytest.param("\ufeffa\r\nb \n", ["a", "b"], id="byte order mark, line ends, blanks"),
        pytest.param("#a\n #b\n/#c", ["#b", "#c"], id="a comment starts the line"),
        pytest.param("! /a/../b/\n!!c", ["!b", "!!c"], id="exceptions"),
        pytest.param("/!a\n//b", ["!a", "b"], id="one slash at the start goes"),
        pytest.param("\n  \n", [], id="nothing"),
        pytest.param("/\n.\n..", ["/", ".", ".."], id="the root"),
    ],
)
def test_a_file_is_read_as_the_builder_reads_it(text: str, patterns: list[str]) -> None:
    file = IgnoreFile.parse(text, ".dockerignore")
    assert [f"{'!' * rule.pattern.exception}{rule.pattern.text}" for rule in file.rules] == patterns


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            "a\n[b",
            "docker/.dockerignore:2:1: error[ignore-pattern]: the build would refuse this ignore file: "
            "syntax error in pattern\n"
            "2 | [b\n"
            "    ^^\n"
            "hint: write a backslash before a bracket or backslash that means itself",
            id="open bracket",
        ),
        pytest.param(
            "!",
            "docker/.dockerignore:1:1: error[ignore-pattern]: the build would refuse this ignore file: "
            'illegal exclusion pattern: "!"\n'
            "1 | !\n"
            "    ^\n"
            "hint: change or delete the line",
            id="exception of nothing",
        ),
        pytest.param(
            "a" * 65_536,
            "docker/.dockerignore:1:1: error[ignore-pattern]: the build would refuse this ignore file: "
            "the line is longer than 65535 bytes\n"
            "hint: change or delete the line",
            id="long line",
        ),
    ],
)
def test_a_bad_line_is_shown_with_its_place(text: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        IgnoreFile.parse(text, "docker/.dockerignore")
    assert str(caught.value) == message


@pytest.mark.parametrize(
    "pattern",
    [
        r"x\1*",
        r"x\q*",
        r"x\é*",
        "[z-a]",
        "x[[:nonsense:]]",
        "*{2}",
        "?{2}{2}",
        "?{3,2}",
        "?{1001}",
        "?|{2}",
        r"[\q]",
    ],
)
def test_a_pattern_that_no_path_was_held_against_does_no_harm(pattern: str) -> None:
    file = ignore("a", pattern)
    assert file.excludes("a")
    assert file.match("a")[0]
    with pytest.raises(UsageError, match="syntax error in pattern"):
        file.match("b")
    with pytest.raises(UsageError, match="syntax error in pattern") as caught:
        file.excludes("b")
    assert str(caught.value.span) == ".dockerignore:2:1"


def test_the_ignore_file_named_after_the_dockerfile_wins_even_if_it_is_empty() -> None:
    def chosen(own: str | None, context: str | None) -> tuple[str, int]:
        file = choose_ignore_file(
            own_path="ci/Dockerfile.dockerignore",
            own_text=own,
            context_path=".dockerignore",
            context_text=context,
        )
        return file.path, len(file.rules)

    assert chosen("", "a") == ("ci/Dockerfile.dockerignore", 0)
    assert chosen(None, "a") == (".dockerignore", 1)
    assert chosen(None, None) == (NOTHING_IGNORED.path, 0)


def test_the_rule_that_decides_can_be_named() -> None:
    file = ignore("docs", "!docs/api", "*.log")
    assert [
        rule and rule.span.line
        for rule in map(file.deciding_rule, ["docs/x", "docs/api/y", "a.log", "src/a.log", "x"])
    ] == [1, 2, 3, None, None]


@pytest.mark.parametrize(
    ("exception", "may"),
    [
        pytest.param("a", False, id="none"),
        pytest.param("!a/b/c", True, id="below"),
        pytest.param("!a/b/*", True, id="all below"),
        pytest.param("!a/bc", False, id="beside"),
        pytest.param("!a", False, id="above"),
        pytest.param("!*.md", True, id="anywhere"),
    ],
)
def test_only_an_exception_is_a_reason_to_look_into_an_ignored_directory(exception: str, may: bool) -> None:
    assert ignore("a/b", exception).may_show_in("a/b") is may


# A second implementation: each pattern by itself, its results handed down as the definition has it.

PIECES = ["a", "b", "ab", "*", "?", "**", "[ab]", "a*", "*b", ".", ".."]


def simple_regex(pattern: str) -> re.Pattern[str]:
    if pattern == "**":
        return re.compile(r".*\Z")
    out = re.sub(r"\*\*(/?)", lambda found: "<deep>" if found[1] else "<rest>", pattern)
    out = out.replace("*", "[^/]*").replace("?", "[^/]").replace(".", r"\.")
    return re.compile(out.replace("<deep>", "(?:.*/)?").replace("<rest>", ".*") + r"\Z")


def by_definition(patterns: list[tuple[bool, re.Pattern[str]]], path: str) -> bool:
    handed_down = [False] * len(patterns)
    matched = False
    parts = path.split("/")
    for depth in range(1, len(parts) + 1):
        matched = False
        here = []
        for index, (exception, regex) in enumerate(patterns):
            hit = handed_down[index]
            if not hit and exception == matched:
                hit = bool(regex.match("/".join(parts[:depth])))
            here.append(hit)
            if hit:
                matched = not exception
        handed_down = here
    return matched


@settings(derandomize=True, deadline=None, max_examples=300)
@given(
    st.lists(
        st.tuples(st.booleans(), st.lists(st.sampled_from(PIECES), min_size=1, max_size=4).map("/".join)),
        max_size=5,
    ),
    st.lists(
        st.lists(st.sampled_from(["a", "b", "ab", "x"]), min_size=1, max_size=4).map("/".join), max_size=5
    ),
)
def test_runs_of_patterns_decide_as_each_pattern_by_itself(
    lines: list[tuple[bool, str]], paths: list[str]
) -> None:
    file = ignore(*[f"{'!' * exception}{pattern}" for exception, pattern in lines])
    patterns = [(rule.pattern.exception, simple_regex(rule.pattern.text)) for rule in file.rules]
    assert [file.excludes(path) for path in paths] == [by_definition(patterns, path) for path in paths]


@settings(derandomize=True, deadline=None)
@given(st.text(alphabet="ab/*?[]!\\.#^{}|-: \n", max_size=30), st.text(alphabet="ab/.", max_size=10))
def test_any_text_is_rules_or_an_error_with_its_place(text: str, path: str) -> None:
    with suppress(UsageError):
        file = IgnoreFile.parse(text, ".dockerignore")
        excluded = file.excludes(path)
        inherited: Inherited = ()
        walked = False
        parts = path.split("/")
        for depth in range(1, len(parts) + 1):
            walked, inherited = file.match("/".join(parts[:depth]), inherited)
        assert excluded == walked

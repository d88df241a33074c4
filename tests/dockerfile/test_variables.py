"""Words as the builder reads them: 540 results of the builder's own lexer, and what they do not show."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stageplan.dockerfile.variables import (
    Expansion,
    ExpansionError,
    expand,
    expand_to_words,
    expand_with_names,
)

ENV = {"A": "v1.2.3", "B": "b b", "E": "", "G": "[$0$1$$x$]", "N": "\n", "M": "ab\nacb\nxx\nx"}
VECTORS = json.loads(Path("fixtures/vectors/lexer.json").read_text(encoding="utf-8"))


def options_of(vector: dict[str, Any]) -> dict[str, Any]:
    return {
        "escape": vector["escape"],
        "keep_unset": vector.get("skip_unset", False),
        "literal_quotes": vector.get("skip_quotes", False),
        "raw_quotes": vector.get("raw_quotes", False),
        "raw_escapes": vector.get("raw_escapes", False),
    }


@pytest.mark.parametrize("vector", VECTORS, ids=[str(i) for i in range(len(VECTORS))])
def test_a_word_is_read_as_the_builder_reads_it(vector: dict[str, Any]) -> None:
    if "error" in vector:
        with pytest.raises(ExpansionError) as caught:
            expand(vector["word"], ENV, **options_of(vector))
        assert str(caught.value) == vector["error"]
    else:
        assert expand_with_names(vector["word"], ENV, **options_of(vector)) == Expansion(
            text=vector["result"],
            used=frozenset(vector["matched"]),
            unset=frozenset(vector["unmatched"]),
        )


@pytest.mark.parametrize(
    ("word", "meaning"),
    [
        pytest.param("${A/./$G}", "v1[$0$1$$x$]2.3", id="one replacement takes the text as it is"),
        pytest.param("${A//./$G}", "v1[.$x$]2[.$x$]3", id="every replacement has groups"),
        pytest.param("${A//*/x}", "x", id="no empty match behind a match"),
        pytest.param("${A//x*/y}", "v1.2.3", id="nothing found after a star"),
        pytest.param("${A///-}", "-v-1-.-2-.-3-", id="an empty pattern is everywhere"),
        pytest.param("${M//a*b/-}", "-\n-\nxx\nx", id="a star ends with the line"),
        pytest.param("${M//x*b/-}", "ab\nacb\nxx\nx", id="nothing found behind a star on any line"),
        pytest.param("${M/x${N}x*b/-}", "ab\nacb\nxx\nx", id="a line end in a pattern"),
        pytest.param("${A//*/x}${E//*/x}", "xx", id="nothing can be replaced too"),
        pytest.param("${A%%.*}", "v1", id="longest suffix"),
        pytest.param("${A%.*}", "v1.2", id="shortest suffix"),
        pytest.param("\ufeff$A", "v1.2.3", id="a byte order mark in front goes"),
        pytest.param("$A\u00bd", "v1.2.3\u00bd", id="a fraction ends a name"),
        pytest.param("a\udcffb", "a\ufffdb", id="a byte that is not UTF-8"),
        pytest.param("/a/{b}", "/a/{b}", id="braces and slashes outside a variable"),
    ],
)
def test_rare_forms(word: str, meaning: str) -> None:
    assert expand(word, ENV) == meaning


@pytest.mark.parametrize(
    ("word", "message"),
    [
        pytest.param(r"${A#*\.}", r"invalid pattern (*\.) in substitution: invalid escape '\.'", id="prefix"),
        pytest.param(r"${A%b\c}", r"invalid pattern (\cb) in substitution: invalid escape '\c'", id="suffix"),
        pytest.param(r"${A/\a/}", r"invalid pattern (\a) in substitution: invalid escape '\a'", id="replace"),
    ],
)
def test_a_pattern_escapes_only_what_is_special(word: str, message: str) -> None:
    with pytest.raises(ExpansionError) as caught:
        expand(word, ENV)
    assert str(caught.value).endswith(f'": {message}')


@pytest.mark.parametrize(
    ("word", "quoted", "message"),
    [
        pytest.param("${A/b", '"${A/b"', "syntax error: missing '/' in ${}", id="open pattern"),
        pytest.param("${A/b/c", '"${A/b/c"', "syntax error: missing '}'", id="open replacement"),
        pytest.param(
            "'\x01\x7f\udcff\u200b\U000e0001é",
            r'''"'\x01\x7f\xff\u200b\U000e0001é"''',
            "unexpected end of statement while looking for matching single-quote",
            id="characters that cannot be shown",
        ),
    ],
)
def test_an_error_shows_the_word(word: str, quoted: str, message: str) -> None:
    with pytest.raises(ExpansionError) as caught:
        expand(word, ENV)
    assert str(caught.value) == f"failed to process {quoted}: {message}"


@pytest.mark.parametrize(
    ("word", "raw"),
    [
        pytest.param(r'"a\"b"', r"a\"b", id="before a special character"),
        pytest.param(r'"a\b"', r"a\\b", id="before any other it stays twice, as the builder has it"),
    ],
)
def test_raw_escapes_in_quotes(word: str, raw: str) -> None:
    assert expand(word, ENV, raw_escapes=True) == raw


@pytest.mark.parametrize(
    ("line", "words"),
    [
        pytest.param("RUN  a\tb", ("RUN", "a", "b"), id="blanks"),
        pytest.param("RUN cat << EOF", ("RUN", "cat", "<< EOF"), id="a mark takes its blanks along"),
        pytest.param("RUN 3<<-E x", ("RUN", "3<<-E", "x"), id="descriptor"),
        pytest.param("RUN '<< E' x", ("RUN", "'<< E'", "x"), id="quotes stay"),
        pytest.param(r"RUN a\ b \<<E", ("RUN", r"a\ b", r"\<<E"), id="escapes stay"),
        pytest.param("RUN a$B$U${U}", ("RUN", "ab", "b$U${U}"), id="values are split"),
        pytest.param("RUN a${U:-x y}b", ("RUN", "${U:-x", "y}b"), id="an inner word swallows what is before"),
        pytest.param('RUN a"${U:-x y}"b', ("RUN", '"${U:-x y}"b'), id="also in quotes"),
        pytest.param("", (), id="nothing"),
    ],
)
def test_a_line_is_split_into_words(line: str, words: tuple[str, ...]) -> None:
    assert expand_to_words(line, ENV) == words


def test_a_line_that_does_not_end_a_quote_has_no_words() -> None:
    with pytest.raises(ExpansionError) as caught:
        expand_to_words('a "b\n', ENV)
    assert (
        str(caught.value)
        == r'failed to process "a \"b\n": unexpected end of statement while looking for matching double-quote'
    )


@pytest.mark.parametrize("keep_unset", [False, True])
def test_any_depth_of_nesting_is_read(keep_unset: bool) -> None:
    depth = 50_000
    word = "${U:-" * depth + "x" + "}" * depth
    assert expand(word, {}, keep_unset=keep_unset) == (word if keep_unset else "x")
    quotes = '${U:-"' * depth + "x" + '"}' * depth
    assert expand(quotes, {}, keep_unset=keep_unset) == (word.replace('"', "") if keep_unset else "x")


def test_what_is_not_set_stays_as_it_is_written() -> None:
    word = "$U${U}${U:-$A}${U#a}${U/a/$A}"
    assert expand(word, ENV, keep_unset=True) == "$U${U}${U:-v1.2.3}${U#a}${U/a/v1.2.3}"


def test_an_error_in_any_depth_is_an_error() -> None:
    with pytest.raises(ExpansionError, match="syntax error: missing '}'"):
        expand("${U:-" * 50_000, {})


@settings(derandomize=True, deadline=None)
@given(st.text(alphabet="$\\`'\"{}:-+?#%/*.<AEUx \t\ufeff\udc80", max_size=30), st.booleans())
def test_any_text_has_a_meaning_or_an_error(word: str, keep_unset: bool) -> None:
    with suppress(ExpansionError):
        assert expand(word, ENV, keep_unset=keep_unset) == expand(word, dict(ENV), keep_unset=keep_unset)
    with suppress(ExpansionError):
        assert all(expand_to_words(word, ENV, keep_unset=keep_unset))

"""No value can leave its quotes: what a shell makes of a word is the word."""

import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stageplan.commands.words import Value, Word
from stageplan.render.quoting import quote, shell_word

SHELLS = ("dash", "bash")
NASTY = (
    "$(touch /tmp/x)",
    "`id`",
    'a"b',
    "a'b",
    "a\nb",
    "a b",
    "${x}",
    "\\",
    "",
    "*",
    "~",
    "!",
    "#x",
    "-n",
    "é\t",
    "}",
)


def words_of(shell: str, text: str, **variables: str) -> list[str]:
    script = f'for word in {text}; do printf "%s\\0" "$word"; done'
    out = subprocess.run([shell, "-c", script], env=variables, capture_output=True, check=True).stdout
    return out.decode().split("\0")[:-1]


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("text", NASTY)
def test_a_text_stays_one_word(shell: str, text: str) -> None:
    assert words_of(shell, quote(text)) == [text]


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("text", NASTY)
def test_a_value_keeps_its_place(shell: str, text: str) -> None:
    word = Word((text, Value("value"), text))
    assert words_of(shell, shell_word(word), value=text) == [text * 3]


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("text", NASTY)
def test_a_word_depends_on_a_value(shell: str, text: str) -> None:
    word = Word((f"--flag={text}", Value("value")), "value")
    assert words_of(shell, shell_word(word), value="v") == [f"--flag={text}v"]
    assert words_of(shell, shell_word(word), value="") == []


@settings(max_examples=100, derandomize=True, deadline=None)
@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_any_text_stays_one_word(text: str) -> None:
    assert words_of("dash", shell_word(Word((text, Value("value"), text), "value")), value="v") == [
        f"{text}v{text}"
    ]

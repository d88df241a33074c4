"""No two different inputs give one byte string, and no two different instructions one text."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from stageplan.dockerfile.instructions import Instruction
from stageplan.dockerfile.mount_options import parse_mount
from stageplan.keys.digests import digest_of_inputs
from stageplan.keys.model import KeyInput
from stageplan.keys.texts import instruction_text, mount_text
from stageplan.source import Span
from stageplan.stages.model import StageInstruction

SPAN = Span(path="Dockerfile", line=1)
WORDS = st.lists(
    st.sampled_from(["a", "b c", "--x", "--", "'--x", '"', "'", "", "\n", "$", "[]"]), max_size=3
)
FLAGS = st.lists(
    st.tuples(st.sampled_from(["chown", "exclude", "network"]), st.sampled_from(["1", "a b", "-- a", "'"])),
    max_size=2,
)
INPUTS = st.lists(
    st.builds(
        KeyInput,
        kind=st.sampled_from(["argument", "environment", "setting", "files", "instruction"]),
        name=st.text(max_size=2),
        value=st.text(max_size=2),
    ),
    max_size=3,
)


def instruction(keyword: str, flags: list[tuple[str, str]], words: list[str], *, is_json: bool) -> Any:
    return StageInstruction(
        instruction=Instruction(keyword=keyword, text="", is_json=is_json, span=SPAN, origins=()),
        words=tuple(words),
        flags=tuple(flags),
    )


def meaning(flags: list[tuple[str, str]], words: list[str], *, is_json: bool) -> Any:
    return sorted(flags, key=lambda flag: flag[0]), words, is_json


@settings(derandomize=True, deadline=None, max_examples=500)
@given(FLAGS, WORDS, FLAGS, WORDS)
def test_settings_of_one_text_are_the_same(
    flags: list[tuple[str, str]], words: list[str], others: list[tuple[str, str]], more: list[str]
) -> None:
    one = instruction_text(instruction("VOLUME", flags, words, is_json=True))
    two = instruction_text(instruction("VOLUME", others, more, is_json=True))
    same = meaning(flags, words, is_json=True) == meaning(others, more, is_json=True)
    assert (one == two) is same


COMMANDS = st.one_of(
    st.tuples(st.just(True), WORDS),
    # what is written as JSON array is one, so no other command line is
    st.tuples(
        st.just(False), WORDS.map(lambda words: [" ".join(words)]).filter(lambda words: words != ["[]"])
    ),
)


@settings(derandomize=True, deadline=None, max_examples=500)
@given(FLAGS, COMMANDS, FLAGS, COMMANDS)
def test_commands_of_one_text_are_the_same(
    flags: list[tuple[str, str]],
    command: tuple[bool, list[str]],
    others: list[tuple[str, str]],
    other: tuple[bool, list[str]],
) -> None:
    one = instruction_text(instruction("RUN", flags, command[1], is_json=command[0]))
    two = instruction_text(instruction("RUN", others, other[1], is_json=other[0]))
    same = meaning(flags, command[1], is_json=command[0]) == meaning(others, other[1], is_json=other[0])
    assert (one == two) is same


FIELDS = {
    "type=cache": None,
    "target": ["/a", "/a target=/b"],
    "source": ["", "s", "s id=k"],
    "id": ["k", "k sharing=locked"],
    "sharing": ["shared", "private", "locked"],
    "mode": ["0755", "755", "0"],
    "uid": ["0", "1"],
    "gid": ["0", "1"],
    "ro": None,
}
MOUNTS = st.fixed_dictionaries(
    {}, optional={name: st.sampled_from(values or ["true"]) for name, values in FIELDS.items()}
).map(
    lambda fields: ",".join(
        name if "=" in name else f"{name}={value}" for name, value in {"target": "/t", **fields}.items()
    )
)


@settings(derandomize=True, deadline=None, max_examples=500)
@given(MOUNTS, MOUNTS)
def test_mounts_of_one_text_are_the_same(one: str, two: str) -> None:
    mounts = []
    for text in (one, two):
        if "type=cache" not in text:  # the other kinds know fewer fields
            text = f"type=cache,{text}"  # noqa: PLW2901
        mounts.append(parse_mount(text, lambda word: word))
    assert (mount_text(mounts[0]) == mount_text(mounts[1])) is (mounts[0] == mounts[1])


@settings(derandomize=True, deadline=None, max_examples=500)
@given(INPUTS, INPUTS)
def test_inputs_of_one_digest_are_the_same(one: list[KeyInput], two: list[KeyInput]) -> None:
    def counted(inputs: list[KeyInput]) -> list[tuple[str, str, str]]:
        return [(item.kind, "" if item.kind == "files" else item.name, item.value) for item in inputs]

    same = counted(one) == counted(two)
    assert (digest_of_inputs("p", one) == digest_of_inputs("p", two)) is same
    assert digest_of_inputs("p", one) != digest_of_inputs("q", one)


def test_text_that_is_no_utf8_has_a_digest() -> None:
    one, two = ([KeyInput(kind="instruction", name="RUN", value=value)] for value in ("\udcff", "\udcfe"))
    assert digest_of_inputs("p", one) != digest_of_inputs("p", two)

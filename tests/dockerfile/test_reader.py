"""Reading: which instructions there are, where they stand, and what they hold."""

from hashlib import sha256

import pytest

from stageplan.dockerfile.directives import detect_syntax
from stageplan.dockerfile.heredocs import Heredoc
from stageplan.dockerfile.instructions import Dockerfile, Instruction
from stageplan.dockerfile.reader import read_dockerfile

BASE = "FROM a\n"


def read(text: str) -> Dockerfile:
    return read_dockerfile(text.encode(errors="surrogateescape"), "Dockerfile")


def only(text: str) -> Instruction:
    """The one instruction after `FROM a`."""
    (instruction,) = read(BASE + text).stages[0].body
    return instruction


@pytest.mark.parametrize(
    ("text", "logical"),
    [
        pytest.param("RUN a \\\n  b", "RUN a   b", id="the next line keeps its leading blanks"),
        pytest.param("RUN a \\  \n b", "RUN a  b", id="blanks after the token"),
        pytest.param("RUN a\\\\\n", "RUN a\\\\", id="an escaped token continues nothing"),
        pytest.param("RUN a \\\n# c\n b", "RUN a  b", id="a comment between"),
        pytest.param("RUN a \\\n   # c\n b", "RUN a  b", id="an indented comment between"),
        pytest.param("RUN a \\\n\n b", "RUN a  b", id="a blank line between"),
        pytest.param("RUN a \\\n \t\n b", "RUN a  b", id="a line of blanks between"),
        pytest.param("RUN a \\", "RUN a ", id="the file ends in a continuation"),
        pytest.param("RUN\\\n a", "RUN a", id="right after the keyword"),
        pytest.param("  RUN a", "RUN a", id="leading blanks go"),
        pytest.param("\u2003RUN a", "RUN a", id="wide blanks too"),
        pytest.param("RUN a\r", "RUN a", id="a carriage return goes"),
        pytest.param("RUN a\x0cFROM b", "RUN a\x0cFROM b", id="a form feed is no line end"),
        pytest.param("RUN a\u2028FROM b", "RUN a\u2028FROM b", id="nor is a line separator"),
        pytest.param("RUN a # b", "RUN a # b", id="a comment needs a line of its own"),
        pytest.param("\\\nRUN a", "RUN a", id="a continuation on a line of its own"),
    ],
)
def test_logical_lines(text: str, logical: str) -> None:
    assert only(text).text == logical


def test_a_token_after_two_others_continues_nothing() -> None:
    first, second = read("FROM a\nRUN a\\\\\\\nRUN b").stages[0].body
    assert (first.text, second.text) == ("RUN a\\\\\\", "RUN b")


def test_a_backtick_continues_where_the_directive_says_so() -> None:
    (instruction,) = read("# escape=`\nFROM a\nRUN dir C:\\ `\n /s\n").stages[0].body
    assert instruction.text == "RUN dir C:\\  /s"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        pytest.param("RUN a", (2, 1, 2, 5), id="one line"),
        pytest.param("\n# c\n  RUN a \\\n b", (4, 3, 5, 5), id="below a comment, indented, continued"),
        pytest.param("RUN <<E\nx\nE", (2, 1, 4, 7), id="with a here-document"),
    ],
)
def test_places(text: str, place: tuple[int, int, int, int]) -> None:
    span = only(text).span
    assert (span.line, span.column, span.end_line, span.width) == place


@pytest.mark.parametrize(
    ("text", "piece", "place"),
    [
        pytest.param("COPY --from=x a b", "a", (2, 15), id="on the first line"),
        pytest.param("COPY \\\n  --from=x \\\n  a b", "a", (4, 3), id="on a continued line"),
        pytest.param("COPY \\\n# c\n --link a b", "--link", (4, 2), id="a flag"),
        pytest.param("COPY a b", "zz", (2, 1), id="what is not there is everywhere"),
    ],
)
def test_the_place_of_a_piece(text: str, piece: str, place: tuple[int, int]) -> None:
    span = only(text).place_of(piece)
    assert (span.line, span.column) == place


def test_flags_know_their_places() -> None:
    instruction = only("COPY \\\n  --chown='a b' --link \\\n  x y")
    shown = [(flag.name, flag.value, flag.span.line, flag.span.column) for flag in instruction.flags]
    assert shown == [("chown", "a b", 3, 3), ("link", "true", 3, 17)]


@pytest.mark.parametrize(
    ("text", "flags", "arguments"),
    [
        pytest.param("COPY --from=b x y", {"from": "b"}, ("x", "y"), id="plain"),
        pytest.param("COPY --from='b' x y", {"from": "b"}, ("x", "y"), id="quotes go"),
        pytest.param("COPY --chown='a b' x y", {"chown": "a b"}, ("x", "y"), id="quotes hold blanks"),
        pytest.param("COPY --from=b\\\\ x y", {"from": "b\\"}, ("x", "y"), id="an escape takes the next"),
        pytest.param("COPY --chown='a\\'b' x y", {"chown": "a'b"}, ("x", "y"), id="also in single quotes"),
        pytest.param("COPY -- --from=b x", {}, ("--from=b", "x"), id="two dashes end them"),
        pytest.param("COPY '--from=b' x", {}, ("'--from=b'", "x"), id="a word that starts with a quote"),
        pytest.param("COPY x --from=b y", {}, ("x", "--from=b", "y"), id="not after a word"),
        pytest.param("COPY --LINK=TRUE x y", None, None, id="names are lower case"),
        pytest.param("COPY --link=TRUE x y", {"link": "true"}, ("x", "y"), id="a switch in any case"),
        pytest.param("COPY --link x y", {"link": "true"}, ("x", "y"), id="a switch alone"),
        pytest.param("ARG --x A", {}, ("A",), id="ARG drops them"),
        pytest.param(
            "COPY --chown=\u00e9 x y", {"chown": "\u00c3\u00a9"}, ("x", "y"), id="bytes, one by one"
        ),
    ],
)
def test_flags(text: str, flags: dict[str, str] | None, arguments: tuple[str, ...]) -> None:
    if flags is None:
        with pytest.raises(Exception, match="unknown flag: --LINK"):
            only(text)
        return
    instruction = only(text)
    assert {flag.name: flag.value for flag in instruction.flags} == flags
    assert instruction.arguments == arguments


@pytest.mark.parametrize(
    ("text", "arguments", "is_json"),
    [
        pytest.param('RUN ["a", "b c"]', ("a", "b c"), True, id="an array"),
        pytest.param('RUN  [ "a" ] ', ("a",), True, id="blanks around it"),
        pytest.param("RUN ['a']", ("['a']",), False, id="single quotes are no JSON"),
        pytest.param('RUN ["a"] x', ('["a"] x',), False, id="more after it"),
        pytest.param('RUN ["a",]', ('["a",]',), False, id="a comma too many"),
        pytest.param("RUN [1e999]", ("[1e999]",), False, id="a number that is none"),
        pytest.param("RUN [NaN]", ("[NaN]",), False, id="no JSON either"),
        pytest.param('RUN ["\\ud800"]', ("\ufffd",), True, id="half a character"),
        pytest.param("RUN []", (), True, id="an empty array"),
        pytest.param("RUN " + "[" * 50_000, ("[" * 50_000,), False, id="very deep"),
        pytest.param('COPY ["a b", "c"]', ("a b", "c"), True, id="COPY"),
        pytest.param('COPY "a b" c', ('"a', 'b"', "c"), False, id="COPY takes no quotes"),
        pytest.param("RUN a  b", ("a  b",), False, id="text is one argument"),
        pytest.param("RUN", (), False, id="nothing"),
        pytest.param('HEALTHCHECK CMD ["a"]', ("CMD", "a"), True, id="a health check"),
        pytest.param("HEALTHCHECK CMD a b", ("CMD", "a b"), False, id="a health check as text"),
        pytest.param("EXPOSE 1 \t2", ("1", "2"), False, id="words"),
        pytest.param("WORKDIR /a b", ("/a b",), False, id="a path may have blanks"),
    ],
)
def test_arguments(text: str, arguments: tuple[str, ...], is_json: bool) -> None:
    instruction = only(text)
    assert (instruction.arguments, instruction.is_json) == (arguments, is_json)


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        pytest.param("ENV A=1 B=2", [("A", "1"), ("B", "2")], id="several"),
        pytest.param("ENV A b  c", [("A", "b  c")], id="the old form"),
        pytest.param("ENV A=\"b c\" D='e f'", [("A", '"b c"'), ("D", "'e f'")], id="quotes stay"),
        pytest.param("ENV A=b\\ c", [("A", "b\\ c")], id="an escaped blank"),
        pytest.param("ENV A=b\\\\", [("A", "b\\\\")], id="an escaped escape at the end"),
        pytest.param('ENV A="b', [("A", '"b')], id="an open quote"),
        pytest.param("ENV A='b\\' C=d", [("A", "'b\\'"), ("C", "d")], id="no escape in single quotes"),
        pytest.param("ENV A=b=c", [("A", "b=c")], id="the first equals sign"),
        pytest.param("ENV A=", [("A", "")], id="an empty value"),
        pytest.param("ARG A B=1 C=", [("A", None), ("B", "1"), ("C", "")], id="ARG without a value"),
        pytest.param("LABEL a.b=c", [("a.b", "c")], id="LABEL"),
    ],
)
def test_pairs(text: str, pairs: list[tuple[str, str | None]]) -> None:
    assert [(pair.name, pair.value) for pair in only(text).pairs] == pairs


def heredoc(name: str, content: str, **more: bool | int) -> Heredoc:
    fields = {"expands": True, "strips_tabs": False, "descriptor": 0} | more
    return Heredoc(name=name, content=content, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "heredocs"),
    [
        pytest.param("RUN <<E\na\nE", [heredoc("E", "a\n")], id="plain"),
        pytest.param("RUN <<E\nE", [heredoc("E", "")], id="empty"),
        pytest.param("RUN <<'E'\n$a\nE", [heredoc("E", "$a\n", expands=False)], id="quoted"),
        pytest.param('RUN <<"E F"\na\nE F', [heredoc("E F", "a\n", expands=False)], id="a blank in it"),
        pytest.param("RUN <<-E\n\ta\n\tE", [heredoc("E", "\ta\n", strips_tabs=True)], id="tabs"),
        pytest.param("RUN 3<<E cat\na\nE", [heredoc("E", "a\n", descriptor=3)], id="a descriptor"),
        pytest.param("RUN << E\na\nE", [heredoc("E", "a\n")], id="a blank before the word"),
        pytest.param("RUN <<A <<B\n1\nA\n2\nB", [heredoc("A", "1\n"), heredoc("B", "2\n")], id="two"),
        pytest.param("RUN <<E\n# a\n\nE", [heredoc("E", "# a\n\n")], id="comments and blank lines stay"),
        pytest.param("RUN <<E\r\na\r\nE\r\n", [heredoc("E", "a\r\n")], id="carriage returns"),
        pytest.param("RUN a \\\n <<E\nb\nE", [heredoc("E", "b\n")], id="on a continued line"),
        pytest.param("RUN <<E\na \\\nE", [heredoc("E", "a \\\n")], id="no continuation in it"),
        pytest.param("COPY <<E /x\na\nE", [heredoc("E", "a\n")], id="COPY"),
        pytest.param("ONBUILD RUN <<E\na\nE", [heredoc("E", "a\n")], id="below ONBUILD"),
        pytest.param(
            "RUN 99999999999999999999999<<E\nE", [heredoc("E", "", descriptor=2**64 - 1)], id="huge"
        ),
        pytest.param('RUN echo "<<E"', [], id="in quotes"),
        pytest.param("RUN echo \\<<E", [], id="escaped"),
        pytest.param("RUN echo <<<E", [], id="a here-string"),
        pytest.param("RUN echo $((1<<2))", [], id="a shift"),
        pytest.param('RUN ["<<E"]', [], id="an array"),
        pytest.param("ENV A=<<E", [], id="not in ENV"),
        pytest.param("RUN echo 'a <<E", [], id="a line that is no shell"),
    ],
)
def test_heredocs(text: str, heredocs: list[Heredoc]) -> None:
    assert list(only(text).heredocs) == heredocs


def test_the_files_of_a_copy_are_its_heredocs() -> None:
    instruction = only('COPY a <<E <<-"F" /d/\n$x\nE\n\ty\n\tF\n')
    assert instruction.sources == ("a",)
    assert instruction.destination == "/d/"
    assert [(file.name, file.file_content, file.expands) for file in instruction.files] == [
        ("E", "$x\n", True),
        ("F", "y\n", False),
    ]


@pytest.mark.parametrize(
    ("text", "trigger"),
    [
        pytest.param("ONBUILD RUN a", "RUN a", id="plain"),
        pytest.param("onbuild  run a \\\n b", "run a  b", id="any case, continued"),
        pytest.param("ONBUILD COPY <<E /x\na\nE", "COPY <<E /x\na\nE", id="with its here-document"),
        pytest.param("ONBUILD NOPE", "NOPE", id="unknown until it fires"),
    ],
)
def test_triggers(text: str, trigger: str) -> None:
    assert only(text).trigger == trigger


def test_stages_and_global_arguments() -> None:
    dockerfile = read("ARG A=1\nARG B\nFROM x AS One\nRUN a\nFROM --platform=$A one\n")
    assert [instruction.text for instruction in dockerfile.global_args] == ["ARG A=1", "ARG B"]
    assert [(stage.index, stage.name, stage.base, stage.platform) for stage in dockerfile.stages] == [
        (0, "one", "x", None),
        (1, None, "one", "$A"),
    ]
    assert [stage.label for stage in dockerfile.stages] == ["one", "stage-1"]
    assert [instruction.text for instruction in dockerfile.stages[0].body] == ["RUN a"]


@pytest.mark.parametrize(
    ("text", "escape", "syntax", "check"),
    [
        pytest.param("# escape=`\n", "`", None, None, id="escape"),
        pytest.param("#ESCAPE = `\n", "`", None, None, id="any case, any blanks"),
        pytest.param("# syntax=a/b:1 x\n# escape=`\n", "`", "a/b:1", None, id="the first word of syntax"),
        pytest.param("# check=skip=all\n# escape=`\n", "`", None, "skip=all", id="check"),
        pytest.param("# a comment\n# escape=`\n", "\\", None, None, id="after a comment"),
        pytest.param("\n# escape=`\n", "\\", None, None, id="after a blank line"),
        pytest.param("# other=1\n# escape=`\n", "\\", None, None, id="after an unknown one"),
        pytest.param("\ufeff# escape=`\n", "`", None, None, id="after a byte-order mark"),
        pytest.param("#!/bin/x\n# syntax=a\n", "\\", "a", None, id="syntax after a shebang"),
    ],
)
def test_directives(text: str, escape: str, syntax: str | None, check: str | None) -> None:
    dockerfile = read(text + BASE)
    assert (dockerfile.escape, dockerfile.syntax, dockerfile.check) == (escape, syntax, check)


def test_bytes_that_are_no_text_survive() -> None:
    (instruction,) = read_dockerfile(b"FROM a\nRUN echo \xff\n", "Dockerfile").stages[0].body
    assert instruction.text.encode(errors="surrogateescape") == b"RUN echo \xff"


def test_the_digest_is_that_of_the_bytes() -> None:
    assert read_dockerfile(b"FROM a\n", "x").digest == f"sha256:{sha256(b'FROM a' + bytes([10])).hexdigest()}"


def test_blank_lines_in_continuations_are_noted() -> None:
    assert read("FROM \\\n\n a\nRUN b \\\n c\n").blank_lines == (2,)


@pytest.mark.parametrize(
    ("text", "syntax"),
    [
        pytest.param("// syntax=a b", "a", id="two slashes"),
        pytest.param('{"syntax": "a"}', "a", id="JSON"),
        pytest.param('{"syntax": 1}', None, id="JSON without it"),
        pytest.param("{", None, id="half a JSON"),
        pytest.param('#!/bin/x\n{"syntax": "a"}', "a", id="after a shebang"),
        pytest.param("# check=x\n# syntax=a", "a", id="after another directive"),
        pytest.param("# check=x\n# check=y\n# syntax=a", None, id="after one that stands twice"),
        pytest.param("# syntax=", None, id="no value"),
        pytest.param("# syntax=\t", "\t", id="a blank value"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_what_names_a_frontend(text: str, syntax: str | None) -> None:
    assert detect_syntax(text.split("\n")) == syntax

"""What the builder refuses while it reads: its words, and the place."""

import pytest

from stageplan.dockerfile.reader import read_dockerfile, read_trigger
from stageplan.errors import DockerfileError
from stageplan.source import Span

ON_2 = "dockerfile parse error on line 2: "


def refused(data: bytes) -> DockerfileError:
    with pytest.raises(DockerfileError) as caught:
        read_dockerfile(data, "Dockerfile")
    return caught.value


@pytest.mark.parametrize(
    ("text", "rule", "place", "message"),
    [
        pytest.param("", "empty-file", (1, 1), "the Dockerfile cannot be empty", id="no bytes"),
        pytest.param("# c\n\n", "no-instructions", (2, 1), "file with no instructions", id="comments only"),
        pytest.param("ARG A\n", "no-stages", (1, 1), "dockerfile contains no stages to build", id="no FROM"),
        pytest.param(
            "RUN a\nNOPE", "before-from", (1, 1), "no build stage in current context", id="before FROM"
        ),
        pytest.param(
            "# escape=`\n# escape=`\n",
            "directive-twice",
            (2, 1),
            "only one escape parser directive can be used",
            id="a directive twice",
        ),
        pytest.param(
            "# escape=x\n",
            "escape-token",
            (1, 1),
            "invalid escape token 'x' does not match ` or \\",
            id="another escape token",
        ),
        pytest.param(
            "FROM a\nRUN " + "x" * 65_535,
            "line-too-long",
            (2, 1),
            "dockerfile line greater than max allowed size of 65535",
            id="a long line",
        ),
        pytest.param(
            "FROM a\n  RUNN x",
            "unknown-instruction",
            (2, 3),
            ON_2 + "unknown instruction: RUNN",
            id="unknown",
        ),
        pytest.param(
            "FROM a\n\\", "unknown-instruction", (2, 1), ON_2 + "unknown instruction: ", id="nothing"
        ),
        pytest.param(
            "FROM a\nFROM b c",
            "arity",
            (2, 1),
            ON_2 + "FROM requires either one or three arguments",
            id="FROM",
        ),
        pytest.param(
            "FROM a\nFROM b AS 1x",
            "stage-name",
            (2, 11),
            ON_2 + 'invalid name for build stage: "1x", name can\'t start with a number or contain symbols',
            id="a stage's name",
        ),
        pytest.param(
            "FROM a\nCOPY --fron=b x y", "unknown-flag", (2, 6), ON_2 + "unknown flag: --fron", id="a flag"
        ),
        pytest.param(
            "FROM a\nADD --from=b x y", "unknown-flag", (2, 5), ON_2 + "unknown flag: --from", id="ADD --from"
        ),
        pytest.param(
            "FROM a\nCOPY --from=b --from=b x y",
            "flag-twice",
            (2, 6),
            ON_2 + "duplicate flag specified: --from",
            id="a flag twice",
        ),
        pytest.param(
            "FROM a\nCOPY --from x y",
            "flag-value",
            (2, 6),
            ON_2 + "missing a value on flag: --from",
            id="no value",
        ),
        pytest.param(
            "FROM a\nCOPY --link= x y",
            "flag-value",
            (2, 6),
            ON_2 + "missing a value on flag: --link",
            id="an empty value of a switch",
        ),
        pytest.param(
            "FROM a\nCOPY --link=yes x y",
            "flag-value",
            (2, 6),
            ON_2 + "expecting boolean value for flag --link, not: yes",
            id="a switch that says yes",
        ),
        pytest.param(
            "FROM a\nCOPY x",
            "arity",
            (2, 1),
            ON_2 + "COPY requires at least two arguments, but only one was provided. "
            "Destination could not be determined",
            id="COPY of one word",
        ),
        pytest.param(
            "FROM a\nCOPY x <<E\nE",
            "heredoc-destination",
            (2, 8),
            ON_2 + "COPY cannot accept a heredoc as a destination",
            id="COPY into a here-document",
        ),
        pytest.param("FROM a\nENV A", "arity", (2, 1), "ENV must have two arguments", id="ENV of one word"),
        pytest.param(
            "FROM a\nENV", "arity", (2, 1), ON_2 + "ENV requires at least one argument", id="ENV of none"
        ),
        pytest.param(
            "FROM a\nENV A=1 B",
            "assignment",
            (2, 9),
            'Syntax error - can\'t find = in "B". Must be of the form: name=value',
            id="ENV with a word too many",
        ),
        pytest.param(
            "FROM a\nENV =1", "blank-name", (2, 1), ON_2 + "ENV names can not be blank", id="ENV without name"
        ),
        pytest.param(
            "FROM a\nARG =1", "blank-name", (2, 1), ON_2 + "ARG names can not be blank", id="ARG without name"
        ),
        pytest.param(
            "FROM a\nWORKDIR",
            "arity",
            (2, 1),
            ON_2 + "WORKDIR requires exactly one argument",
            id="WORKDIR of none",
        ),
        pytest.param(
            "FROM a\nEXPOSE",
            "arity",
            (2, 1),
            ON_2 + "EXPOSE requires at least one argument",
            id="EXPOSE of none",
        ),
        pytest.param(
            'FROM a\nVOLUME ["/a", " "]',
            "blank-name",
            (2, 1),
            ON_2 + "VOLUME specified can not be an empty string",
            id="VOLUME of a blank",
        ),
        pytest.param(
            "FROM a\nSHELL a",
            "json-strings",
            (2, 1),
            ON_2 + "SHELL requires the arguments to be in JSON form",
            id="SHELL as text",
        ),
        pytest.param(
            'FROM a\nRUN ["a", 1]',
            "json-strings",
            (2, 5),
            "when using JSON array syntax, arrays must be comprised of strings only",
            id="an array of more than strings",
        ),
        pytest.param(
            "FROM a\nHEALTHCHECK NONE x",
            "arity",
            (2, 1),
            ON_2 + "HEALTHCHECK NONE takes no arguments",
            id="no health check of something",
        ),
        pytest.param(
            "FROM a\nHEALTHCHECK",
            "arity",
            (2, 1),
            ON_2 + "HEALTHCHECK requires at least one argument",
            id="no check",
        ),
        pytest.param(
            "FROM a\nSHELL []", "arity", (2, 1), ON_2 + "SHELL requires at least one argument", id="no SHELL"
        ),
        pytest.param(
            "FROM a\nHEALTHCHECK --retries=x CMD a",
            "health-check",
            (2, 23),
            ON_2 + 'strconv.ParseInt: parsing "x": invalid syntax',
            id="retries in words",
        ),
        pytest.param(
            "FROM a\nEXPOSE --x 1", "unknown-flag", (2, 8), ON_2 + "unknown flag: --x", id="a flag of none"
        ),
        pytest.param(
            "FROM a\nCOPY --\\\n-x y z",
            "unknown-flag",
            (2, 6),
            ON_2 + "unknown flag: ---x",
            id="a flag over two lines",
        ),
        pytest.param(
            'FROM a\nRUN --device=\\"a b',
            "device",
            (2, 15),
            ON_2 + "failed to parse csv devices: parse error on line 1, column 2: "
            'extraneous or missing " in quoted-field',
            id="a device that is no record",
        ),
        pytest.param(
            "FROM a\nHEALTHCHECK x",
            "health-check",
            (2, 1),
            ON_2 + 'Unknown type "X" in HEALTHCHECK (try CMD)',
            id="another health check",
        ),
        pytest.param(
            "FROM a\nHEALTHCHECK CMD",
            "health-check",
            (2, 1),
            ON_2 + "Missing command after HEALTHCHECK CMD",
            id="a health check of nothing",
        ),
        pytest.param(
            "FROM a\nHEALTHCHECK --interval=5 CMD x",
            "health-check",
            (2, 24),
            ON_2 + 'time: missing unit in duration "5"',
            id="an interval without unit",
        ),
        pytest.param(
            "FROM a\nHEALTHCHECK --timeout=1ns CMD x",
            "health-check",
            (2, 23),
            ON_2 + 'Interval "timeout" cannot be less than 1ms',
            id="a short timeout",
        ),
        pytest.param(
            "FROM a\nHEALTHCHECK --retries=-1 CMD x",
            "health-check",
            (2, 23),
            ON_2 + "--retries cannot be negative (-1)",
            id="negative retries",
        ),
        pytest.param(
            "FROM a\nRUN --network=lan x",
            "run-flag",
            (2, 5),
            ON_2 + 'invalid network mode "lan"',
            id="a network",
        ),
        pytest.param(
            "FROM a\nRUN --security=none x",
            "run-flag",
            (2, 5),
            ON_2 + 'security "none" is not valid',
            id="security",
        ),
        pytest.param(
            "FROM a\nRUN --mount=from=$A,target=/x x",
            "mount",
            (2, 13),
            ON_2 + "'from' doesn't support variable expansion, define alias stage instead",
            id="a mount from a variable",
        ),
        pytest.param(
            "FROM a\nRUN --mount= x",
            "mount",
            (2, 1),
            ON_2 + "failed to parse csv mounts: EOF",
            id="an empty mount",
        ),
        pytest.param(
            "FROM a\nRUN --device=name=a,name=b x",
            "device",
            (2, 14),
            ON_2 + "device name already set to a",
            id="a device of two names",
        ),
        pytest.param(
            "FROM a\nRUN --device=required=maybe x",
            "device",
            (2, 14),
            ON_2 + "invalid value for required: maybe",
            id="a device that may be required",
        ),
        pytest.param(
            "FROM a\nRUN --device=a,b x",
            "device",
            (2, 14),
            ON_2 + "invalid field 'b' must be a key=value pair",
            id="a device of two words",
        ),
        pytest.param(
            "FROM a\nRUN --device=a,b=c x",
            "device",
            (2, 14),
            ON_2 + "unexpected key 'b' in 'b=c'",
            id="a device with an unknown key",
        ),
        pytest.param(
            "FROM a\nRUN <<E\nx\n",
            "heredoc-unterminated",
            (2, 1),
            "unterminated heredoc",
            id="an open here-document",
        ),
        pytest.param(
            "FROM a\nONBUILD", "arity", (2, 1), ON_2 + "ONBUILD requires at least one argument", id="ONBUILD"
        ),
        pytest.param(
            "FROM a\nONBUILD ONBUILD RUN x",
            "onbuild",
            (2, 9),
            ON_2 + "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed",
            id="ONBUILD twice",
        ),
        pytest.param(
            "FROM a\nONBUILD from b",
            "onbuild",
            (2, 1),
            ON_2 + "FROM isn't allowed as an ONBUILD trigger",
            id="ONBUILD FROM",
        ),
        pytest.param(
            "FROM a\nONBUILD ONBUILD ENV A",
            "arity",
            (2, 1),
            "ENV must have two arguments",
            id="deep below ONBUILD",
        ),
        pytest.param(
            "FROM a\nENV A\nRUN <<E",
            "arity",
            (2, 1),
            "ENV must have two arguments",
            id="the first of two errors",
        ),
        pytest.param(
            "FROM a\nNOPE\nENV A",
            "arity",
            (3, 1),
            "ENV must have two arguments",
            id="splitting all lines comes before checking one",
        ),
        pytest.param(
            "FROM a\r\n\tCOPY\t\\\r\n  x\r\n",
            "arity",
            (2, 2),
            ON_2 + "COPY requires at least two arguments, but only one was provided. "
            "Destination could not be determined",
            id="the place of a continued line",
        ),
    ],
)
def test_refused(text: str, rule: str, place: tuple[int, int], message: str) -> None:
    error = refused(text.encode())
    assert error.span is not None
    assert (error.rule, (error.span.line, error.span.column), error.message) == (rule, place, message)


def test_a_line_of_65535_bytes_is_fine() -> None:
    read_dockerfile(b"FROM a\nRUN " + b"x" * 65_531, "Dockerfile")


def test_an_error_shows_its_line() -> None:
    assert str(refused(b"FROM a\nCOPY --from=a \\\n  --fron=b x y\n")) == (
        "Dockerfile:3:3: error[unknown-flag]: dockerfile parse error on line 2: unknown flag: --fron\n"
        "3 |   --fron=b x y\n"
        "      ^^^^^^\n"
        "hint: did you mean '--from'?"
    )


def test_bytes_that_are_no_text_can_be_shown() -> None:
    assert str(refused(b"FROM a\nNO\xffPE\n")).startswith(
        "Dockerfile:2:1: error[unknown-instruction]: dockerfile parse error on line 2: "
        "unknown instruction: NO\ufffdPE\n2 | NO\ufffdPE\n"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("RUN a\nRUN b", "onbuild trigger should be a single expression", id="two instructions"),
        pytest.param("FROM a", "*instructions.Stage is not a command type", id="FROM"),
        pytest.param("NOPE", "unknown instruction: NOPE", id="unknown"),
        pytest.param("ENV A", "ENV must have two arguments", id="arguments"),
        pytest.param("", "file with no instructions", id="nothing"),
        pytest.param("RUN <<E", "unterminated heredoc", id="an open here-document"),
        pytest.param("RUN " + "x" * 70_000, "file with no instructions", id="a long line"),
    ],
)
def test_a_refused_trigger_stands_where_its_image_is_named(text: str, message: str) -> None:
    place = Span(path="Dockerfile", line=7, column=6)
    with pytest.raises(DockerfileError) as caught:
        read_trigger(text, place)
    assert caught.value.message == message
    assert caught.value.span == place


def test_a_trigger_is_read_with_a_backslash() -> None:
    place = Span(path="Dockerfile", line=7)
    assert read_trigger("RUN a \\\n b", place).text == "RUN a  b"
    assert read_trigger("COPY --from=b x y", place).flags[0].span == place

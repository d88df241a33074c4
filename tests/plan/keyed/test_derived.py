"""The text that is built instead of the Dockerfile, whole."""

from typing import Any

import pytest

from stageplan.errors import UsageError
from stageplan.plan.model import BuildArg
from tests.plan.keyed.planned import Planned

A = "FROM x AS a\nCOPY s s\nRUN a\n"
BODY = "COPY m .\nRUN get\nCOPY s .\nRUN b\n"
ARTIFACT = 'FROM scratch AS stageplan-artifact-a\nCOPY --from=a ["/a", "/a"]\n'
F = "FROM y AS f\nCOPY --from=a /a /a\n"


@pytest.mark.parametrize(
    ("text", "present", "derived", "options"),
    [
        pytest.param(f"{A}{F}", ("artifact:a",), None, {}, id="the file itself serves"),
        pytest.param(f"{A}FROM a AS f\n", (), None, {}, id="whole stages need no text"),
        pytest.param(
            f"{A}{F}",
            (),
            (
                "FROM x AS a\n"
                "COPY s s\n"
                "RUN a\n"
                "FROM y AS f\n"
                "COPY --from=a /a /a\n"
                "\n"
                "FROM scratch AS stageplan-artifact-a\n"
                'COPY --from=a ["/a", "/a"]\n'
                "FROM y AS stageplan-beginning-f\n"
                "FROM scratch AS stageplan-ahead-f\n"
                "COPY --from=stageplan-beginning-f /.stageplan-* /\n"
            ),
            {},
            id="an artifact",
        ),
        pytest.param(
            f"{A}{F}".rstrip(),
            (),
            (
                "FROM x AS a\n"
                "COPY s s\n"
                "RUN a\n"
                "FROM y AS f\n"
                "COPY --from=a /a /a\n"
                "FROM scratch AS stageplan-artifact-a\n"
                'COPY --from=a ["/a", "/a"]\n'
                "FROM y AS stageplan-beginning-f\n"
                "FROM scratch AS stageplan-ahead-f\n"
                "COPY --from=stageplan-beginning-f /.stageplan-* /\n"
            ),
            {},
            id="no line end",
        ),
        pytest.param(
            f"FROM --platform=linux/arm64 x AS a\nARG V=1\n{BODY}{F}",
            (),
            (
                "FROM --platform=linux/arm64 x AS a\n"
                "ARG V=1\n"
                "COPY m .\n"
                "RUN get\n"
                "COPY s .\n"
                "RUN b\n"
                "FROM y AS f\n"
                "COPY --from=a /a /a\n"
                "\n"
                "FROM --platform=linux/arm64 x AS stageplan-prefix-a\n"
                "ARG V=1\n"
                "COPY m .\n"
                "RUN get\n"
                "FROM scratch AS stageplan-artifact-a\n"
                'COPY --from=a ["/a", "/a"]\n'
                "FROM y AS stageplan-beginning-f\n"
                "FROM scratch AS stageplan-ahead-f\n"
                "COPY --from=stageplan-beginning-f /.stageplan-* /\n"
            ),
            {},
            id="a beginning",
        ),
        pytest.param(
            f"FROM x \\\n  # c\n AS a\n# d\nRUN <<E && \\\n b\nFROM z\nE\n# e\nCOPY s .\nRUN c\n{F}",
            (),
            (
                "FROM x \\\n"
                "  # c\n"
                " AS a\n"
                "# d\n"
                "RUN <<E && \\\n"
                " b\n"
                "FROM z\n"
                "E\n"
                "# e\n"
                "COPY s .\n"
                "RUN c\n"
                "FROM y AS f\n"
                "COPY --from=a /a /a\n"
                "\n"
                "FROM x AS stageplan-prefix-a\n"
                "# d\n"
                "RUN <<E && \\\n"
                " b\n"
                "FROM z\n"
                "E\n"
                "# e\n"
                "FROM scratch AS stageplan-artifact-a\n"
                'COPY --from=a ["/a", "/a"]\n'
                "FROM y AS stageplan-beginning-f\n"
                "FROM scratch AS stageplan-ahead-f\n"
                "COPY --from=stageplan-beginning-f /.stageplan-* /\n"
            ),
            {},
            id="a beginning with a here-document, comments and continuations",
        ),
        pytest.param(
            '# escape=`\r\nFROM x AS p\r\nARG Q=`"c:`\\\r\nRUN p\r\n'
            "FROM p AS a\r\nRUN `\r\n get\r\nCOPY s .\r\n" + F,
            ("image:p",),
            (
                "# escape=`\r\n"
                "FROM x AS p\r\n"
                'ARG Q=`"c:`\\\r\n'
                "RUN p\r\n"
                "FROM p AS a\r\n"
                'ARG Q="`"c:\\"\n'
                "RUN `\r\n"
                " get\r\n"
                "COPY s .\r\n"
                "FROM y AS f\n"
                "COPY --from=a /a /a\n"
                "\n"
                "FROM p AS stageplan-prefix-a\n"
                'ARG Q="`"c:\\"\n'
                "RUN `\r\n"
                " get\r\n"
                "FROM scratch AS stageplan-artifact-a\n"
                'COPY --from=a ["/a", "/a"]\n'
                "FROM y AS stageplan-beginning-f\n"
                "FROM scratch AS stageplan-ahead-f\n"
                "COPY --from=stageplan-beginning-f /.stageplan-* /\n"
            ),
            {},
            id="another escape, and line ends of Windows",
        ),
        pytest.param(
            f"{A}{F}",
            ("image:f",),
            f"{A}{F}\nFROM scratch AS stageplan-marker-a\nCOPY --from=a /.stageplan-* /\n",
            {"checks": ("a",)},
            id="a marker",
        ),
        pytest.param(
            "FROM x AS a\nRUN a\n from \\\n y \n# c\nRUN b\n",
            ("image:a",),
            "FROM x AS a\nRUN a\n from \\\n y AS stage-1\n# c\nRUN b\n\n",
            {},
            id="a target without a name gets one where it stands",
        ),
        pytest.param(
            f"{A}FROM y AS f\nCOPY --from=a /a /a\nRUN b \\\n \\\n# c\n\n",
            (),
            (
                "FROM x AS a\n"
                "COPY s s\n"
                "RUN a\n"
                "FROM y AS f\n"
                "COPY --from=a /a /a\n"
                "RUN b \n"
                "\n"
                "# c\n"
                "\n"
                "\n"
                "FROM scratch AS stageplan-artifact-a\n"
                'COPY --from=a ["/a", "/a"]\n'
                "FROM y AS stageplan-beginning-f\n"
                "FROM scratch AS stageplan-ahead-f\n"
                "COPY --from=stageplan-beginning-f /.stageplan-* /\n"
            ),
            {},
            id="an instruction that the end of the file closes",
        ),
        pytest.param(
            f"{A}FROM y AS f\nCOPY --from=a /a /a\nRUN b \\\\\n",
            (),
            (
                "FROM x AS a\n"
                "COPY s s\n"
                "RUN a\n"
                "FROM y AS f\n"
                "COPY --from=a /a /a\n"
                "RUN b \\\\\n"
                "\n"
                "FROM scratch AS stageplan-artifact-a\n"
                'COPY --from=a ["/a", "/a"]\n'
                "FROM y AS stageplan-beginning-f\n"
                "FROM scratch AS stageplan-ahead-f\n"
                "COPY --from=stageplan-beginning-f /.stageplan-* /\n"
            ),
            {},
            id="two escapes continue nothing",
        ),
        pytest.param(
            "ARG G=g\nFROM x AS a\nARG G\nARG Z=1 B='$\"\\x y' C=${G}c D= N\nRUN a\nFROM a AS f\nRUN f\n",
            (),
            "ARG G=g\nFROM x AS a\nARG G\nARG Z=1 B='$\"\\x y' C=${G}c D= N\nRUN a\nFROM a AS f\n"
            'ARG G="g"\nARG Z="1"\nARG B="\\$\\"\\\\x y"\nARG C="gc"\nARG D=""\nRUN f\n\n',
            {},
            id="arguments of the base, in their order",
        ),
        pytest.param(
            "FROM x AS a\nARG LANG=de E=1 K=1\nENV E=2\nARG E=3\nRUN a\nFROM a AS f\nARG K=2\nRUN f\n",
            (),
            "FROM x AS a\nARG LANG=de E=1 K=1\nENV E=2\nARG E=3\nRUN a\nFROM a AS f\n"
            'ARG K="1"\nARG K=2\nRUN f\n\n',
            {},
            id="a variable of the image wins",
        ),
        pytest.param(
            "FROM x AS a\nARG U=1\nRUN a\nFROM a AS f\nRUN f\n",
            (),
            "FROM x AS a\nARG U=1\nRUN a\nFROM a AS f\nARG U\nRUN f\n\n",
            {"build_args": (BuildArg(name="U", value="two\nlines"),)},
            id="a build argument needs no value",
        ),
        pytest.param(
            f"{A}ARG U=1\nFROM a AS b\nRUN b\nFROM b AS c\nRUN c\nFROM y\nCOPY --from=c /c /c\n",
            ("image:a", "image:b", "artifact:c"),
            f'{A}ARG U=1\nFROM a AS b\nARG U="1"\nRUN b\nFROM b AS c\nARG U="1"\nRUN c\n'
            "FROM y AS stage-3\nCOPY --from=c /c /c\n\n",
            {},
            id="through two bases",
        ),
        pytest.param(
            "FROM x\nARG U=1\nRUN a\nFROM x AS a\nARG U=1\nRUN a\nFROM a AS a\nRUN b\nFROM a AS f\nRUN f\n",
            (),
            None,
            {},
            id="a base that cannot be replaced hands its arguments down",
        ),
    ],
)
def test_text(text: str, present: tuple[str, ...], derived: str | None, options: dict[str, Any]) -> None:
    assert Planned(text, **options).plan(*present).inputs.derived == derived


def message_of(text: str, **options: Any) -> str:
    with pytest.raises(UsageError) as caught:
        Planned(text, **options).plan()
    return f"[{caught.value.rule}] {caught.value.message}; {caught.value.hint}"


def test_what_is_not_utf_8_is_refused_where_it_is_written_anew() -> None:
    assert Planned("FROM x AS a\n# \udcff\nRUN a\n").plan("image:a").steps
    assert message_of(f"FROM x AS a\n# \udcff\nRUN a\n{F}") == (
        "[keyed-encoding] 'Dockerfile', or an argument that it reads, is not UTF-8; "
        "write it as UTF-8, or take another --strategy"
    )


def test_a_line_end_in_an_inherited_argument_is_refused() -> None:
    args = (BuildArg(name="U", value="two\nlines"),)
    text = "FROM x AS a\nARG U\nARG V=-$U\nRUN a\nFROM a AS f\nRUN f\n"
    assert message_of(text, build_args=args) == (
        "[keyed-argument] stage 'f' inherits the ARG 'V', whose value has a line end in it; "
        "give it a value of one line, or take another --strategy"
    )

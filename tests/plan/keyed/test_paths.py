"""Which paths an artifact image holds."""

import pytest

from tests.plan.keyed.planned import Planned


@pytest.mark.parametrize(
    ("copies", "paths"),
    [
        pytest.param("COPY --from=a /x /y", ("/x",), id="one"),
        pytest.param("COPY --from=a x/ /y", ("/x",), id="from the root, a slash behind"),
        pytest.param("COPY --from=a //x/./y/../z /y", ("/x/z",), id="cleaned"),
        pytest.param("COPY --from=a /c /b/c /y/\nCOPY --from=a /a /z", ("/a", "/b/c", "/c"), id="sorted"),
        pytest.param('COPY --from=a ["/with blank", "/y"]', ("/with blank",), id="blank"),
        pytest.param("COPY --from=a --chown=1 --exclude=*.py /x /y", ("/x",), id="flags"),
        pytest.param("COPY --from=a <<E /y\nE\nCOPY --from=a /x /z", ("/x",), id="here-document"),
        pytest.param("ARG P=/x\nCOPY --from=a $P/y /y", ("/x/y",), id="variable"),
        pytest.param("COPY --from=0 /x /y", ("/x",), id="by its number"),
        # a match may be a link to anywhere
        pytest.param("COPY --from=a /x/* /y/", None, id="wildcard"),
        pytest.param("COPY --from=a /x/[ab]/c /y/", None, id="wildcard of a folder"),
        # /x/y may be a link out of /x, or have another name there
        pytest.param("COPY --from=a /x/y /1\nCOPY --from=a /x /2", None, id="one in another"),
        pytest.param("COPY --from=a /x-y /x /z/", ("/x", "/x-y"), id="names that begin alike"),
        pytest.param("COPY --from=a / /y", None, id="root"),
        pytest.param("COPY --from=a x/../. /y", None, id="root, in other words"),
        pytest.param("COPY --from=a --parents /x /y", None, id="with its parents"),
        pytest.param('COPY --from=a ["/x$y", "/"]', ("/x",), id="unset variable"),
        pytest.param("COPY --from=a /x\\$y /", None, id="a character that the builder reads"),
        pytest.param("COPY --from=a /x /y\nCOPY --from=a /y* /y/", None, id="one of two needs all"),
    ],
)
def test_what_is_copied(copies: str, paths: tuple[str, ...] | None) -> None:
    assert Planned(f"FROM x AS a\nRUN a\nFROM x\n{copies}\n").pieces.paths(0) == paths


def test_a_stage_that_no_target_needs_asks_for_nothing() -> None:
    text = "FROM x AS a\nRUN a\nFROM x AS unneeded\nCOPY --from=a /u /u\nFROM x\nCOPY --from=a /x /x\n"
    assert Planned(text).pieces.paths(0) == ("/x",)
    assert Planned(text, checks=("unneeded",)).pieces.paths(0) == ("/u", "/x")


def test_a_trigger_asks_for_its_paths() -> None:
    text = "FROM x AS a\nRUN a\nFROM scratch AS p\nONBUILD COPY --from=a /t /t\nFROM p AS c\n"
    assert Planned(text).pieces.paths(0) == ("/t",)

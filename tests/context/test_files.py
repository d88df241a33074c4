"""What COPY, ADD and bind mounts read: patterns, links, filters, the ignore file, and what is not there."""

from collections.abc import Callable, Mapping

import pytest

from stageplan.context.files import Reading, select_files
from stageplan.context.view import ContextView
from stageplan.errors import DockerfileError
from stageplan.source import Span

Layout = Mapping[str, str | bytes | None]
OpenLayout = Callable[[Layout], ContextView]

PROJECT: Layout = {
    "README.md": "r",
    "main.go:4755": "m",
    "a/b/f.txt": "f",
    "a/b/c/g.md": "g",
    "d1:700": None,
    "d1/one": "1",
    "d1/x.md": "x",
    "d2/sub/two": "2",
    "ign/secret": "s",
    "ign/keep/ok": "o",
    "real/in/r.txt": "r",
    "real/l": "-> in/r.txt",
    "lreal": "-> real",
    "l2": "-> lreal",
    "lfile": "-> real/in/r.txt",
    "labs": "-> /real/in",
    "lesc": "-> ../../real/in",
    "lroot": "-> /",
    ".dockerignore": "ign\n!ign/keep\n",
}


def read(view: ContextView, *sources: str, **options: object) -> list[str]:
    """The paths read, with `=` and the place of the content where that is another."""
    reading = Reading(sources=sources, **options)  # type: ignore[arg-type] # a test's options
    return [
        item.path if item.path == item.entry.path else f"{item.path}={item.entry.path}"
        for item in select_files(view, reading)
    ]


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        pytest.param(["README.md"], ["README.md"], id="file"),
        pytest.param(["/README.md/"], ["README.md"], id="from the root, with a slash"),
        pytest.param(["../../a/./b/../b/f.txt"], ["a/b/f.txt"], id="no way out"),
        pytest.param(
            ["a"], ["a", "a/b", "a/b/c", "a/b/c/g.md", "a/b/f.txt"], id="directory with all that is in it"
        ),
        pytest.param(["d*"], ["d1", "d1/one", "d1/x.md", "d2", "d2/sub", "d2/sub/two"], id="pattern"),
        pytest.param(["d?/[o-z]*"], ["d1/one", "d1/x.md", "d2/sub", "d2/sub/two"], id="pattern with parts"),
        pytest.param(["*/in/*"], ["real/in/r.txt"], id="a pattern does not go through links"),
        pytest.param(["lr*/in/*"], [], id="nor does it start in one"),
        pytest.param(["lreal/i*"], ["lreal/in=real/in", "lreal/in/r.txt=real/in/r.txt"], id="before it: yes"),
        pytest.param(["nothing*", "a/n*"], [], id="a pattern may match nothing"),
        pytest.param(
            ["lreal"],
            ["lreal=real", "lreal/in=real/in", "lreal/in/r.txt=real/in/r.txt", "lreal/l=real/l"],
            id="a link is followed",
        ),
        pytest.param(["l2/l"], ["l2/l=real/in/r.txt"], id="and the next"),
        pytest.param(["lfil*"], ["lfile=real/in/r.txt"], id="also one that a pattern found"),
        pytest.param(["labs/r.txt"], ["labs/r.txt=real/in/r.txt"], id="a link from the root"),
        pytest.param(["lesc/r.txt"], ["lesc/r.txt=real/in/r.txt"], id="a link that would lead out"),
        pytest.param(
            ["lroot/d2"], ["lroot/d2=d2", "lroot/d2/sub=d2/sub", "lroot/d2/sub/two=d2/sub/two"], id="/"
        ),
        pytest.param(["ign"], ["ign", "ign/keep", "ign/keep/ok"], id="without what is ignored"),
        pytest.param(["ign/*"], ["ign/keep", "ign/keep/ok"], id="also for a pattern"),
        pytest.param(["d1/one", "d1", "d1/one"], ["d1", "d1/one", "d1/x.md"], id="each path once"),
        pytest.param([r"d[1]/\one"], ["d1/one"], id="escapes in a pattern"),
    ],
)
def test_a_copy_reads(open_layout: OpenLayout, sources: list[str], expected: list[str]) -> None:
    assert read(open_layout(PROJECT), *sources) == expected


def test_a_copy_of_everything_reads_what_the_build_sees(open_layout: OpenLayout) -> None:
    everything = read(open_layout(PROJECT), ".")
    assert "ign/secret" not in everything
    assert everything == read(open_layout({}), "/")
    assert len(everything) == 27
    assert "" not in everything


@pytest.mark.parametrize(
    ("sources", "excludes", "expected"),
    [
        pytest.param(["d1"], ["*.md"], ["d1", "d1/one"], id="below a source"),
        pytest.param(["a"], ["*.md"], ["a", "a/b", "a/b/c", "a/b/c/g.md", "a/b/f.txt"], id="not any depth"),
        pytest.param(["a"], ["**/*.md"], ["a", "a/b", "a/b/c", "a/b/f.txt"], id="any depth"),
        pytest.param(["d1", "README.md"], ["**/*.md"], ["README.md", "d1", "d1/one"], id="no source itself"),
        pytest.param(["a"], ["b", "!b/c"], ["a", "a/b", "a/b/c", "a/b/c/g.md"], id="exception"),
        pytest.param(["d2*"], ["sub"], ["d2"], id="below each match"),
        pytest.param(["a"], ["", " b "], ["a"], id="blank patterns, and blanks"),
    ],
)
def test_exclude_leaves_out(
    open_layout: OpenLayout, sources: list[str], excludes: list[str], expected: list[str]
) -> None:
    assert read(open_layout(PROJECT), *sources, excludes=tuple(excludes)) == expected


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        pytest.param(["a/b/f.txt"], ["a", "a/b", "a/b/f.txt"], id="the directories above"),
        pytest.param(["a/./b/f.txt"], ["a", "a/b", "a/b/f.txt"], id="from the pivot"),
        pytest.param(
            ["**/*.md"], ["README.md", "a", "a/b", "a/b/c", "a/b/c/g.md", "d1", "d1/x.md"], id="deep"
        ),
        pytest.param(["d*/./one"], ["d1", "d1/one", "d2"], id="a pattern before the pivot"),
        pytest.param(["nothing"], [], id="nothing"),
    ],
)
def test_parents_read(open_layout: OpenLayout, sources: list[str], expected: list[str]) -> None:
    assert read(open_layout(PROJECT), *sources, parents=True) == expected


def test_a_mount_knows_no_patterns(open_layout: OpenLayout) -> None:
    view = open_layout({"d*/x": "", "dd/y": ""})
    assert read(view, "d*", wildcards=False) == ["d*", "d*/x"]


@pytest.mark.parametrize(
    ("layout", "reading", "message", "hint"),
    [
        pytest.param(
            {"main.go": ""},
            Reading(sources=("src/",)),
            'failed to calculate checksum: "/src": not found',
            "paths start at the root of the build context",
            id="nothing there",
        ),
        pytest.param(
            {"app/package.json": ""},
            Reading(sources=("app/pakage.json",)),
            'failed to calculate checksum: "/app/pakage.json": not found',
            "did you mean 'package.json'?",
            id="a slip of the pen",
        ),
        pytest.param(
            {"a": ""},
            Reading(sources=("a/b",)),
            'failed to calculate checksum: "/a/b": not found',
            "paths start at the root of the build context",
            id="below a file",
        ),
        pytest.param(
            {"a": ""},
            Reading(sources=("a/*",)),
            "lstat /a: no such file or directory",
            "paths start at the root of the build context",
            id="a pattern below a file",
        ),
        pytest.param(
            {"source/a": ""},
            Reading(sources=("sourc/*",)),
            "lstat /sourc: no such file or directory",
            "did you mean 'source'?",
            id="a pattern below nothing",
        ),
        pytest.param(
            {"source/a": ""},
            Reading(sources=("source/b",), excludes=("c",)),
            "lstat /source/b: no such file or directory",
            "did you mean 'a'?",
            id="nothing there, with an exclude",
        ),
        pytest.param(
            {"l": "-> nowhere", "b": ""},
            Reading(sources=("l",)),
            'failed to calculate checksum: "/l": not found',
            "nothing is where that link leads, 'nowhere'",
            id="a link to nothing",
        ),
        pytest.param(
            {"lost": "-> nowhere", "b": ""},
            Reading(sources=("*",)),
            'failed to calculate checksum: "/lost": not found',
            "nothing is where that link leads, 'nowhere'",
            id="a link to nothing, found by a pattern",
        ),
        pytest.param(
            {"lost": "-> nowhere", "b": ""},
            Reading(sources=(".",), excludes=("b",)),
            'failed to calculate checksum: "/lost": not found',
            "nothing is where that link leads, 'nowhere'",
            id="a link to nothing, in a root that is filtered",
        ),
        pytest.param(
            {"d*": ""},
            Reading(sources=("x*",), wildcards=False),
            'failed to calculate checksum: "/x*": not found',
            "did you mean 'd*'?",
            id="a mount of a pattern",
        ),
        pytest.param(
            {"l": "-> m", "m": "-> l"},
            Reading(sources=("l",)),
            "the links of 'l' go round in circles",
            "make one of them lead to a file or directory",
            id="links in a circle",
        ),
        pytest.param(
            {"a": ""},
            Reading(sources=("[a",)),
            "'[a' is no pattern: syntax error in pattern",
            "write a backslash before a bracket or backslash that means itself",
            id="open bracket",
        ),
        pytest.param(
            {"a/b": ""},
            Reading(sources=("a",), excludes=("[b",)),
            "'[b' is no pattern: syntax error in pattern",
            "write a backslash before a bracket or backslash that means itself",
            id="open bracket in an exclude",
        ),
        pytest.param(
            {"a/b": ""},
            Reading(sources=("a",), excludes=(r"\q*",)),
            r"'\q*' is no pattern: syntax error in pattern",
            "write a backslash before a bracket or backslash that means itself",
            id="an exclude that only shows itself when it is used",
        ),
    ],
)
def test_what_the_build_would_refuse(
    open_layout: OpenLayout, layout: Layout, reading: Reading, message: str, hint: str
) -> None:
    with pytest.raises(DockerfileError) as caught:
        select_files(open_layout(layout), reading)
    assert (caught.value.message, caught.value.hint) == (message, hint)


def test_a_missing_file_that_is_ignored_is_told_with_the_line_that_ignores_it(
    open_layout: OpenLayout,
) -> None:
    view = open_layout({"secret/key": "", "l": "-> secret/key", ".dockerignore": "# keys\nsecret\n"})
    span = Span(path="Dockerfile", line=2, column=6, width=3)
    with pytest.raises(DockerfileError) as caught:
        select_files(view, Reading(sources=("l",), span=span))
    text = str(caught.value)
    assert text.startswith(
        'Dockerfile:2:6: error[missing-source]: failed to calculate checksum: "/l": not found\n'
        "hint: line 2 of "
    )
    assert text.endswith("/.dockerignore leaves it out of the build context")


def test_a_link_to_nothing_is_fine_below_a_source(open_layout: OpenLayout) -> None:
    view = open_layout({"d/lost": "-> nowhere", "d/b": ""})
    assert read(view, ".", "d*") == ["d", "d/b", "d/lost"]
    assert read(view, "d", excludes=("b",)) == ["d", "d/lost"]

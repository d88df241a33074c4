"""Any bytes give a graph or a located error, never a traceback; and every graph keeps its promises."""

import os
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from stageplan.dockerfile.reader import read_dockerfile
from stageplan.errors import DockerfileError, StageplanError
from stageplan.graph import BuildOptions, StageGraph, build_graph

EXAMPLES = int(os.environ.get("STAGEPLAN_FUZZ_EXAMPLES", "400"))
THOROUGH = settings(derandomize=True, deadline=None, max_examples=EXAMPLES)

WORDS = """
FROM RUN COPY ADD ENV ARG LABEL ONBUILD WORKDIR USER EXPOSE VOLUME CMD SHELL HEALTHCHECK STOPSIGNAL AS NONE
a b x:1 scratch \\ ` \\\\ # <<E <<-E <<'E' E 3<<F F <<< " ' $ ${ } $a ${a:-b} ${a#b} ${a//b/c} = a=1 -- , / .
--from=a --from=0 --platform=$a --mount=type=bind,from=a,target=/m --mount=type=cache --chown=a --link
["a"] ["a","b"] [1 [[ \u00e9 https://h/x git@h:x --interval=5s
"""
PIECES = st.sampled_from([*WORDS.split(), "# c\n", "\t", "\r\n", "# escape=`\n", "# syntax=a\n"])
SOUP = st.lists(st.one_of(PIECES, st.just("\n"), st.just(" "), st.text(max_size=3)), max_size=40).map("".join)

NAMES = st.sampled_from(["a", "b", "c", "A", "scratch", "base"])
VALUES = st.sampled_from(["1", "$A", "${B:-x}", "'q $A'", '"$A"', "\\$A", "$A/$B"])


@st.composite
def instruction(draw: st.DrawFn) -> str:
    name, value = draw(NAMES), draw(VALUES)
    return draw(
        st.sampled_from(
            [
                f"COPY --from={name} /{value} /d",
                f"COPY --from={draw(st.integers(0, 4))} /x /d",
                "COPY <<E /f\n$A\nE",
                f"COPY x{value} /d",
                f"RUN --mount=from={name},target=/m true",
                f"RUN --mount=type=tmpfs,from={name},target=/m true",
                "RUN --mount=type=cache,target=/m true",
                "RUN <<E\nFROM nothing AS base\nE",
                f"ENV A={value}",
                f"ARG B={value}",
                "ARG A",
                f"ONBUILD COPY --from={name} /x /d",
                f"ONBUILD ENV A={value}",
                f"WORKDIR /{value}",
                "RUN a \\\n# c\n  && b",
            ]
        )
    )


@st.composite
def dockerfile(draw: st.DrawFn) -> str:
    lines = draw(st.lists(st.sampled_from(["ARG A=a", "ARG B", "ARG B=$A"]), max_size=2))
    for _ in range(draw(st.integers(1, 6))):
        base = draw(st.one_of(NAMES, st.sampled_from(["x:1", "$A", "${B:-x}"])))
        name = draw(st.one_of(st.just(""), NAMES.map(lambda name: f" AS {name}")))
        lines += [f"FROM {base}{name}", *draw(st.lists(instruction(), max_size=4))]
    return "\n".join(lines)


def graph_or_error(data: bytes, **options: Any) -> StageGraph | None:
    """The graph; None for a file that is refused as it should be."""
    problem: StageplanError | None = None
    try:
        return build_graph(read_dockerfile(data, "Dockerfile"), BuildOptions(**options))
    except StageplanError as error:
        problem = error
    str(problem).encode()  # it can be written, whatever the file held
    assert problem.rule
    if isinstance(problem, DockerfileError):
        assert problem.span is not None
        assert 1 <= problem.span.line <= data.count(b"\n") + 1
        assert problem.span.column >= 1
    return None


@given(st.binary(max_size=300))
@example(b"\xef\xbb\xbf")
@example(b"FROM a\nRUN " + b"[" * 5000)
@example(b"FROM a\nCOPY --from=" + b"9" * 5000 + b" a b")
@example(b"FROM a\nRUN [" + b"9" * 5000 + b"]")
@example(b"FROM a\nENV A=" + b"${a:-" * 5000)
@example(b"FROM a\n" + b"ONBUILD " * 5000)
@example(b"FROM a\nRUN " + b"1" * 5000 + b"<<E\nE")
@example(b"FROM a\nHEALTHCHECK --interval=" + b"9" * 5000 + b"h CMD a")
@example(b"FROM a\nRUN --mount=type=tmpfs,size=" + b"9" * 5000 + b" a")
@example(b"FROM a\nEXPOSE " + b"9" * 5000)
@example(b"FROM a\n\x85RUN\xa0a\n")
@example(b"FROM a\nCOPY --chown=\xc3 \xa0 b c")
@THOROUGH
def test_any_bytes(data: bytes) -> None:
    graph_or_error(data)


@given(SOUP)
@THOROUGH
def test_anything_that_looks_like_a_dockerfile(text: str) -> None:
    data = text.encode(errors="surrogatepass")
    graph_or_error(data)
    graph_or_error(b"FROM a AS a\n" + data)


@given(dockerfile(), st.one_of(st.none(), NAMES))
@THOROUGH
def test_promises_of_a_graph(text: str, target: str | None) -> None:
    graph = graph_or_error(text.encode(), target=target)
    if graph is None:
        return
    order = graph.build_order([graph.target])
    place = {index: number for number, index in enumerate(order)}
    assert set(order) == graph.reachable == graph.reached_from([graph.target])
    assert all(place[source] < place[index] for index in order for source in graph.sources(index))
    assert all(graph.waves[source] < graph.waves[index] for index in order for source in graph.sources(index))
    assert list(graph.images) == sorted(set(graph.images))
    for edge in graph.dependencies:
        assert (edge.kind == "onbuild") is (edge.trigger is not None)
        assert edge.kind == "onbuild" or edge.source != edge.consumer
    again = graph_or_error(text.encode(), target=target)
    assert again is not None
    assert (again.stages, again.dependencies, again.warnings) == (
        graph.stages,
        graph.dependencies,
        graph.warnings,
    )


@given(dockerfile())
@THOROUGH
def test_comments_and_continuations_change_nothing(text: str) -> None:
    plain = graph_or_error(text.encode())
    commented = "# a\n" + "".join(
        f"# c\n{line}\n"
        if not line.startswith(("E", "$", "FROM nothing", " ")) and "<<" not in line
        else f"{line}\n"
        for line in text.split("\n")
    )
    if "\\" in text or "<<" in text:
        return
    other = graph_or_error(commented.encode())
    assert (plain is None) is (other is None)
    if plain and other:
        assert (plain.stages, plain.dependencies) == (other.stages, other.dependencies)

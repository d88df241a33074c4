"""Instructions of a stage: their variables replaced, and what they take from where."""

from collections.abc import Mapping

import pytest

from stageplan.dockerfile.reader import read_dockerfile
from stageplan.errors import DockerfileError
from stageplan.graph import BuildOptions, ImageConfig, ImageConfigs, StageGraph, StageInstruction, build_graph

KNOWN = {
    ("docker.io/library/x:latest", "linux/amd64"): ImageConfig(environment={"LANG": "C", "HOME": "/root"})
}


def graph_of(
    text: str, build_args: Mapping[str, str] | None = None, images: ImageConfigs | None = None
) -> StageGraph:
    options = BuildOptions(build_args=build_args or {})
    return build_graph(read_dockerfile(text.encode(errors="surrogateescape"), "Dockerfile"), options, images)


def last(text: str, build_args: Mapping[str, str] | None = None) -> StageInstruction:
    return graph_of(text, build_args, KNOWN).stages[-1].instructions[-1]


@pytest.mark.parametrize(
    ("text", "build_args", "assigns"),
    [
        pytest.param("FROM x\nENV A=1 B=$A", {}, [("A", "1"), ("B", "")], id="ENV sees what was before it"),
        pytest.param("FROM x\nENV A=1\nENV B=$A", {}, [("B", "1")], id="ENV after ENV"),
        pytest.param("FROM x\nENV K=a\nENV $K=b", {}, [("a", "b")], id="names are expanded too"),
        pytest.param("FROM x\nENV A=$LANG", {}, [("A", "C")], id="of the image"),
        pytest.param("FROM x\nARG A=1 B=$A", {}, [("A", "1"), ("B", "1")], id="ARG sees its neighbour"),
        pytest.param("FROM x\nARG A=1", {"A": "2"}, [("A", "2")], id="a build arg"),
        pytest.param("ARG A=1\nFROM x\nARG A", {}, [("A", "1")], id="the global value"),
        pytest.param("ARG A=1\nFROM x\nARG A=2", {}, [("A", "2")], id="its own default first"),
        pytest.param("ARG A=1\nFROM x\nENV B=$A", {}, [("B", "")], id="not without ARG"),
        pytest.param("FROM x\nARG A", {}, [], id="no value"),
        pytest.param("FROM x\nARG TARGETOS", {}, [("TARGETOS", "linux")], id="automatic"),
        pytest.param(
            "FROM x\nARG HTTP_PROXY", {"HTTP_PROXY": "p"}, [("HTTP_PROXY", "p")], id="a proxy, declared"
        ),
        pytest.param("FROM x\nENV A=1\nARG A=2\nENV B=$A", {}, [("B", "2")], id="ARG after ENV"),
        pytest.param("FROM x AS a\nARG A=1\nFROM a\nENV B=$A", {}, [("B", "1")], id="ARG goes to the child"),
        pytest.param(
            "FROM x AS a\nENV A=1\nARG A=2\nFROM a\nENV B=$A",
            {},
            [("B", "1")],
            id="ENV beats ARG in the child",
        ),
        pytest.param(
            "FROM x AS a\nFROM a AS b\nENV A=1\nFROM a\nENV B=$A",
            {},
            [("B", "")],
            id="nothing goes to a sibling",
        ),
        pytest.param(
            "FROM x AS a\nENV A=1\nFROM a AS b\nENV A=2\nFROM a\nENV B=$A",
            {},
            [("B", "1")],
            id="nor is it changed",
        ),
        pytest.param(
            "FROM scratch\nENV A=$PATH",
            {},
            [("A", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")],
            id="PATH is always there",
        ),
        pytest.param("FROM x\nARG BUILDKIT_SBOM_SCAN_STAGE=1", {}, [], id="an ARG that steers the builder"),
    ],
)
def test_variables(text: str, build_args: Mapping[str, str], assigns: list[tuple[str, str]]) -> None:
    assert list(last(text, build_args).assigns) == assigns


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("COPY $A /$A", ("v", "/v"), id="COPY"),
        pytest.param('COPY ["$A", "/x"]', ("v", "/x"), id="an array"),
        pytest.param("WORKDIR /$A", ("/v",), id="WORKDIR"),
        pytest.param("USER $A", ("v",), id="USER"),
        pytest.param("VOLUME /$A", ("/v",), id="VOLUME"),
        pytest.param("EXPOSE 2 $P 1", ("80", "81", "1", "2"), id="EXPOSE"),
        pytest.param("STOPSIGNAL $S", ("TERM",), id="STOPSIGNAL"),
        pytest.param("RUN echo $A", ("echo $A",), id="not RUN"),
        pytest.param("CMD echo $A", ("echo $A",), id="nor CMD"),
        pytest.param('ENTRYPOINT ["$A"]', ("$A",), id="nor ENTRYPOINT"),
        pytest.param("ONBUILD RUN $A", ("RUN $A",), id="nor ONBUILD"),
    ],
)
def test_words(text: str, words: tuple[str, ...]) -> None:
    instruction = last(f'FROM x\nENV A=v S=TERM P="80 81"\n{text}')
    assert sorted(instruction.words) == sorted(words)


def test_flags() -> None:
    instruction = last(
        "FROM x\nARG A=1\nCOPY --chown=$A:$A --exclude=$A --link=$A x y".replace("--link=$A", "--link")
    )
    assert dict(instruction.flags) == {"chown": "1:1", "exclude": "$A", "link": "true"}


def test_files_of_a_copy() -> None:
    instruction = last('FROM x\nARG A=1\nCOPY <<E <<-"F" /d/\n$A "$A" \\$A\nE\n\t$A\n\tF\n')
    assert [(file.name, file.content) for file in instruction.files] == [("E", '1 "1" $A\n'), ("F", "$A\n")]
    assert (instruction.sources, instruction.destination) == ((), "/d/")


def test_the_escape_token_counts_outside_heredocs_only() -> None:
    text = "# escape=`\nFROM scratch\nARG A=1\nCOPY <<E `$A\\x\n`$A \\$A\nE\n"
    instruction = last(text)
    assert instruction.destination == "$A\\x"
    assert instruction.files[0].content == "`1 $A\n"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("COPY a b /", (("a", "b"), (), False, True, False), id="COPY"),
        pytest.param("COPY --from=y a b /", ((), (), False, False, False), id="COPY --from"),
        pytest.param("COPY <<E /\nE", ((), (), False, False, False), id="a here-document"),
        pytest.param("ADD a https://h/x /", (("a",), ("https://h/x",), True, True, False), id="ADD of both"),
        pytest.param("ADD git@h:x /", ((), ("git@h:x",), True, False, False), id="ADD of git"),
        pytest.param("RUN a", ((), (), False, False, True), id="RUN"),
    ],
)
def test_what_an_instruction_does(text: str, shown: tuple[object, ...]) -> None:
    instruction = last(f"FROM x\n{text}")
    assert (
        instruction.context_sources,
        instruction.remote_sources,
        instruction.adds_remote,
        instruction.copies_context,
        instruction.runs,
    ) == shown


@pytest.mark.parametrize(
    ("mount", "reads_context", "reads_source"),
    [
        pytest.param("target=/m", True, False, id="the context"),
        pytest.param("from=y,target=/m", False, True, id="an image"),
        pytest.param("type=cache,target=/m", False, True, id="a cache, of scratch"),
        pytest.param("type=$T,from=y,target=/m", False, True, id="a type in a variable"),
        pytest.param("type=tmpfs,from=y,target=/m", False, False, id="tmpfs"),
        pytest.param("type=ssh", False, False, id="ssh"),
        pytest.param("type=secret,id=s", False, False, id="a secret"),
    ],
)
def test_mounts(mount: str, reads_context: bool, reads_source: bool) -> None:
    instruction = last(f"FROM x\nARG T=cache\nRUN --mount={mount} a")
    (found,) = instruction.mounts
    assert (found.reads_context, found.reads_source) == (reads_context, reads_source)
    assert instruction.mounts_context is reads_context
    assert instruction.flags == ()


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        pytest.param("ENV A=$LANG", {"LANG"}, id="of the image"),
        pytest.param("ENV A=1\nENV B=$A", set(), id="of the file"),
        pytest.param("ENV A=$LANG\nENV B=$A", {"A"}, id="made of one of the image"),
        pytest.param("ENV A=$LANG\nENV A=1\nENV B=$A", set(), id="set anew"),
        pytest.param("ARG A=$LANG\nENV B=$A", {"A"}, id="through an ARG"),
        pytest.param("COPY ${HOME:?} /", {"HOME"}, id="demanded of the image"),
        pytest.param("RUN --mount=type=$KIND,from=y,target=/m a", {"KIND"}, id="the type of a mount"),
        pytest.param("EXPOSE $PORT/tcp", {"PORT"}, id="a port"),
        pytest.param("STOPSIGNAL $SIGNAL", {"SIGNAL"}, id="a signal"),
    ],
)
def test_what_only_an_image_knows_is_said_and_not_refused(text: str, unknown: set[str]) -> None:
    stage = graph_of(f"FROM unseen\n{text}").stages[0]
    assert stage.instructions[-1].unknown == unknown


def test_a_mount_whose_type_is_unknown_is_taken_for_data() -> None:
    text = "FROM x AS a\nFROM unseen\nRUN --mount=type=$KIND,from=a,target=/m b"
    assert [(edge.source, edge.consumer, edge.kind) for edge in graph_of(text).dependencies] == [
        (0, 1, "mount")
    ]


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        pytest.param(
            "ENV A=${B^}",
            (2, 7),
            'failed to process "${B^}": unsupported modifier (^) in substitution',
            id="form",
        ),
        pytest.param("ENV A=${B:?no}", (2, 7), 'failed to process "${B:?no}": B: no', id="demanded"),
        pytest.param(
            "COPY <<E /\n${A^}\nE",
            (2, 1),
            'failed to process "${A^}\\n": unsupported modifier (^) in substitution',
            id="a file",
        ),
        pytest.param("RUN --mount=type=nope b", (2, 5), 'unsupported mount type "nope"', id="a mount"),
        pytest.param("RUN --mount=target=/ b", (2, 5), 'invalid mount target "/"', id="a mount on the root"),
        pytest.param("RUN --mount=target=. b", (2, 5), 'invalid mount target "/"', id="in the root"),
        pytest.param(
            "WORKDIR /w\nRUN --mount=target=.. b", (3, 5), 'invalid mount target "/"', id="above a directory"
        ),
        pytest.param("RUN --mount=type=ssh,source=a b", (2, 5), "ssh does not support source", id="an agent"),
        pytest.param("COPY https://h/x /", (2, 6), "source can't be a URL for COPY", id="COPY of an address"),
        pytest.param("COPY git@h:x /", (2, 6), "source can't be a git ref for COPY", id="COPY of git"),
        pytest.param(
            "COPY --chmod=999 a /",
            (2, 14),
            "invalid chmod parameter: '999'. it should be octal string and between 0 and 07777",
            id="no octal number",
        ),
        pytest.param(
            "COPY --chmod=17777 a /",
            (2, 14),
            "invalid chmod parameter: '17777'. it should be octal string and between 0 and 07777",
            id="too large a mode",
        ),
        pytest.param("COPY --chmod=u+q a /", (2, 14), "invalid syntax", id="no symbolic mode"),
        pytest.param("RUN a \udcff", (2, 1), "string field contains invalid UTF-8", id="no text"),
        pytest.param(
            "RUN <<E\n\udcff\nE",
            (2, 1),
            "string field contains invalid UTF-8",
            id="no text in a here-document",
        ),
        pytest.param(
            "ADD --checksum=a b /", (2, 1), "checksum requires HTTP(S) or Git sources", id="checksum"
        ),
        pytest.param(
            "ADD --checksum=a https://h/x https://h/y /",
            (2, 1),
            "checksum can't be specified for multiple sources",
            id="checksum of two",
        ),
        pytest.param("EXPOSE a", (2, 1), "invalid containerPort: a", id="a port"),
        pytest.param("STOPSIGNAL NOPE", (2, 1), "invalid signal: NOPE", id="a signal"),
        pytest.param("VOLUME $A", (2, 1), "VOLUME specified can not be an empty string", id="a volume"),
    ],
)
def test_refused_where_the_stage_is_built(text: str, place: tuple[int, int], message: str) -> None:
    with pytest.raises(DockerfileError) as caught:
        graph_of(f"FROM scratch\n{text}")
    assert caught.value.span is not None
    assert ((caught.value.span.line, caught.value.span.column), caught.value.message) == (place, message)
    graph = graph_of(f"FROM scratch AS bad\n{text}\nFROM scratch")
    assert graph.build_order([1]) == (1,)
    with pytest.raises(DockerfileError) as again:
        graph.build_order([0])
    assert (again.value.message, again.value.excerpt != "") == (message, True)


def test_a_mount_in_an_unknown_directory_is_not_refused() -> None:
    assert graph_of("FROM unseen\nRUN --mount=target=. b").reachable == {0}


@pytest.mark.parametrize("mode", ["u+x", "+x", "a=rwX,g-w", "u=rw,go=u-w", "=", "ug+s-x"])
def test_a_symbolic_mode_is_fine(mode: str) -> None:
    assert dict(last(f"FROM x\nCOPY --chmod={mode} a /").flags) == {"chmod": mode}


def test_trailing_options_of_an_image() -> None:
    images = {("docker.io/library/x:latest", "linux/amd64"): ImageConfig(working_directory="/w")}
    assert graph_of("FROM x\nRUN --mount=target=. b", images=images).reachable == {0}

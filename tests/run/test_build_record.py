import pytest

from stageplan.run.build_record import BuildRecord
from stageplan.run.failures import passes
from stageplan.run.progress_stream import ProgressStream, SolveStatus
from tests.run.recordings import FOLDER, lines_of, record_of


def instructions(record: BuildRecord) -> dict[str, bool]:
    """By stage, place and keyword whether it was a hit."""
    places = [(vertex.place, vertex.cached) for vertex in record.instructions]
    return {
        f"{place.stage} {place.position} {place.text.split()[0]}": cached for place, cached in places if place
    }


@pytest.mark.parametrize(
    ("recording", "expected"),
    [
        pytest.param(
            "28.5-first", {"deps 2/2 RUN": False, "build 1/2 COPY": False, "build 2/2 RUN": False}, id="first"
        ),
        pytest.param(
            "28.5-warm-last",
            {
                "deps 2/2 RUN": True,
                "build 1/2 COPY": True,
                "build 2/2 RUN": True,
                "stage-3 2/3 WORKDIR": True,
                "stage-3 3/3 COPY": True,
            },
            id="warm",
        ),
        # the hit pulls its layers and completes five times, and only one of its events says that it is one
        pytest.param(
            "28.5-changed",
            {"deps 2/2 RUN": True, "build 1/2 COPY": False, "build 2/2 RUN": False},
            id="changed",
        ),
        pytest.param(
            "26.1-changed",
            {"deps 2/2 RUN": True, "build 1/2 COPY": False, "build 2/2 RUN": False},
            id="changed-26.1",
        ),
        pytest.param("28.5-single", {"None 2/3 RUN": False, "None 3/3 COPY": False}, id="lone-stage"),
        pytest.param(
            "28.5-platform",
            {
                "None linux/amd64 2/3 RUN": True,
                "None linux/amd64 3/3 COPY": True,
                "None linux/arm64 2/3 RUN": False,
                "None linux/arm64 3/3 COPY": False,
            },
            id="platforms",
        ),
        pytest.param("28.5-bad-syntax", {}, id="no-build"),
    ],
)
def test_instructions_are_hits_or_not(recording: str, expected: dict[str, bool]) -> None:
    assert instructions(record_of(recording)) == expected


def test_a_pulled_layer_counts_where_it_was_needed() -> None:
    first, changed = record_of("28.5-first"), record_of("28.5-changed")
    assert (first.bytes_down, changed.bytes_down) == (1031564, 1031727)
    assert [vertex.name.split("@")[0] for vertex in first.pulls] == [
        "[deps 1/2] FROM docker.io/library/busybox:1.37"
    ]
    assert [vertex.name for vertex in changed.pulls] == ["[deps 2/2] RUN echo deps > /deps"]


def test_a_layer_that_comes_from_files_is_not_pulled() -> None:
    record = record_of("28.5-from-files")
    assert (record.bytes_down, record.pulls) == (0, ())


@pytest.mark.parametrize(
    ("recording", "vertex", "error"),
    [
        pytest.param(
            "28.5-fail",
            "[stage-3 4/4] RUN echo before; echo more >&2; ls /nowhere",
            'process "/bin/sh -c echo before; echo more >&2; ls /nowhere" did not complete successfully:'
            " exit code: 1",
            id="instruction",
        ),
        pytest.param(
            "28.5-no-push-registry",
            "exporting to image",
            "failed to push 127.0.0.1:1/a:m: failed to do request: Head "
            '"https://127.0.0.1:1/v2/a/blobs/'
            'sha256:a5e6e288a4bd9f378ef0b1a134e8c21d648401b30cf9926b73a4c825bb5e5dab": '
            "dial tcp 127.0.0.1:1: connect: connection refused",
            id="push",
        ),
        pytest.param(
            "28.5-no-base",
            "[internal] load metadata for docker.io/library/nothere-at-all:1",
            "docker.io/library/nothere-at-all:1: not found",
            id="base",
        ),
        pytest.param(
            "28.5-bad-syntax",
            None,
            "failed to build: failed to solve: dockerfile parse error on line 2: unknown instruction: RUNN"
            " (did you mean RUN?)",
            id="no-vertex",
        ),
    ],
)
def test_a_failed_build_names_its_vertex(recording: str, vertex: str | None, error: str) -> None:
    record = record_of(recording)
    assert (record.failed.name if record.failed else None, record.error) == (vertex, error)


@pytest.mark.parametrize("recording", ["28.5-fail", "26.1-fail"])
def test_the_last_lines_are_those_of_the_failed_instruction(recording: str) -> None:
    assert record_of(recording).log == ("before", "more", "ls: /nowhere: No such file or directory")


def test_a_cache_that_cannot_be_brought_or_kept_is_a_warning() -> None:
    record = record_of("28.5-no-cache-registry")
    assert record.failed is None
    assert record.warnings == (
        (
            "importing cache manifest from 127.0.0.1:1/c:m failed: "
            "failed to configure registry cache importer: "
            'failed to do request: Head "https://127.0.0.1:1/v2/c/manifests/m": '
            "dial tcp 127.0.0.1:1: connect: connection refused"
        ),
        (
            "exporting cache to registry failed: error writing layer blob: failed to do request: "
            'Head "https://127.0.0.1:1/v2/c/blobs/'
            'sha256:08dba2bbd7d8c01574db40b5a01838729626d1b2370c66b89e0b784fc86b0eaf": '
            "dial tcp 127.0.0.1:1: connect: connection refused"
        ),
    )


@pytest.mark.parametrize(
    ("recording", "expected"),
    [
        pytest.param("28.5-no-push-registry", True, id="push"),
        pytest.param("26.1-no-push-registry", True, id="push-26.1"),
        pytest.param("28.5-no-base-registry", True, id="base"),
        pytest.param("28.5-no-base", False, id="base-not-there"),
        pytest.param("28.5-fail", False, id="instruction"),
        pytest.param("28.5-bad-syntax", False, id="syntax"),
    ],
)
def test_only_what_may_pass_is_tried_again(recording: str, expected: bool) -> None:
    assert passes(record_of(recording).error) == expected


def test_an_instruction_is_known_as_a_hit_by_its_first_completion() -> None:
    # progress is shown at that moment, and must not say otherwise than the report
    for path in FOLDER.glob("*.jsonl"):
        stream, record = ProgressStream(), BuildRecord()
        shown: dict[str, bool] = {}
        for line in lines_of(path.stem):
            report = stream.feed(line)
            if isinstance(report, SolveStatus):
                for vertex in record.add(report):
                    if vertex.place and vertex.place.is_instruction and (vertex.cached or vertex.done):
                        shown.setdefault(vertex.name, vertex.cached)
        assert shown == {vertex.name: vertex.cached for vertex in record.instructions}

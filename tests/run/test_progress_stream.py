from hypothesis import given, settings
from hypothesis import strategies as st

from stageplan.run.progress_stream import ProgressStream, SolveStatus
from tests.run.recordings import FOLDER, lines_of


def test_every_recorded_line_is_part_of_a_report_or_words() -> None:
    for path in FOLDER.glob("*.jsonl"):
        stream = ProgressStream()
        taken = [stream.feed(line) for line in lines_of(path.stem)]
        assert any(isinstance(report, SolveStatus) for report in taken)
        words = [report for report in taken if isinstance(report, str)]
        assert not any(line.startswith(("{", "}")) for line in words)
        assert stream.end() is None


def test_an_indented_report_is_one_report() -> None:
    stream = ProgressStream()
    lines = (b"{\n", b'  "vertexes": [\n', b'    {"digest": "sha256:1"}\n', b"  ]\n", b"}\n")
    *before, report = (stream.feed(line) for line in lines)
    assert before == [None] * 4
    assert isinstance(report, SolveStatus)
    assert [vertex.digest for vertex in report.vertexes] == ["sha256:1"]


def test_what_is_no_report_is_words() -> None:
    stream = ProgressStream()
    assert stream.feed(b"ERROR: no builder\n") == "ERROR: no builder"
    assert stream.feed(b'{"vertexes": 1}\n') == '{"vertexes": 1}'
    assert stream.feed(b"{\n") is None
    assert stream.feed(b"} \xff\n") == "{\n} \N{REPLACEMENT CHARACTER}"


def test_a_report_that_never_ends_is_words() -> None:
    stream = ProgressStream()
    assert stream.feed(b"{\n") is None
    assert stream.feed(b'  "vertexes": [\n') is None
    assert stream.end() == '{\n  "vertexes": ['
    assert stream.end() is None


@settings(derandomize=True, deadline=None)
@given(st.lists(st.binary(max_size=40) | st.sampled_from([b"{\n", b"}\n", b"{}\n", b'{"logs": null}\n'])))
def test_any_lines_are_taken(lines: list[bytes]) -> None:
    stream = ProgressStream()
    for line in lines:
        stream.feed(line)
    stream.end()

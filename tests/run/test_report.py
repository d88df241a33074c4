import json
from pathlib import Path

import jsonschema
import msgspec

from stageplan.run.executor import execute
from stageplan.run.report import Report, encode_report
from stageplan.run.report_schema import report_schema
from tests.run.conftest import MakePlan
from tests.run.fakes import BROKEN, FakeBuildx, fake_ports
from tests.run.recordings import lines_of

SCHEMA = Path("stageplan/run/report.schema.json")


def test_the_shipped_schema_is_that_of_the_report() -> None:
    assert SCHEMA.read_bytes() == report_schema()


def test_a_report_is_of_its_schema_and_comes_back(registry_plan: MakePlan) -> None:
    report = execute(
        registry_plan("r"), ports=fake_ports(FakeBuildx({"test": [BROKEN]})), jobs=1, on_event=lambda _: None
    )
    data = encode_report(report)
    jsonschema.validate(json.loads(data), json.loads(SCHEMA.read_bytes()))
    assert msgspec.json.decode(data, type=Report) == report


def test_an_instruction_ran_if_it_ran_in_any_build(registry_plan: MakePlan) -> None:
    # the cold build of `build` runs what the warm one after it finds
    recordings = {"deps": "28.5-first", "build": "28.5-warm-last", "test": "28.5-warm-last"}
    replay = FakeBuildx({name: [(0, b"".join(lines_of(file)))] for name, file in recordings.items()})
    ports = fake_ports(replay)
    report = execute(registry_plan("r"), ports=ports, jobs=1, on_event=lambda _: None)
    assert {stage.name: (stage.state, stage.first_miss) for stage in report.stages} == {
        "deps": ("built", "RUN echo deps > /deps"),
        "build": ("built", "COPY src /src"),
        "test": ("hit", None),
        "app": ("hit", None),
    }
    assert (report.rerun_count, report.cached_count) == (3, 0)
    assert report.stages[0].bytes_down == report.bytes_down == 1031564

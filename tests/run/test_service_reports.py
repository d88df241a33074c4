"""The one report of several plans."""

import json

import msgspec

from stageplan.run.report import VERSION, Report
from stageplan.run.service_reports import ServiceReport, encode_services_report, services_report

DONE = Report(
    version=VERSION,
    strategy="registry",
    scope="main",
    ok=True,
    seconds=1.5,
    rerun_count=2,
    cached_count=3,
    bytes_down=0,
    bytes_up=0,
    stages=(),
    steps=(),
    warnings=(),
)
FAILED = msgspec.structs.replace(DONE, ok=False)


def test_all_is_added_up() -> None:
    report = services_report([ServiceReport(names=("base",), report=DONE)] * 2)
    assert (report.ok, report.seconds, report.rerun_count, report.cached_count) == (True, 3.0, 4, 6)


def test_what_nobody_came_to_is_not_ok() -> None:
    done = [ServiceReport(names=("base",), report=FAILED), ServiceReport(names=("a", "b"), report=None)]
    document = json.loads(encode_services_report(services_report(done)))
    assert not document["ok"]
    assert [service["report"] is None for service in document["services"]] == [False, True]

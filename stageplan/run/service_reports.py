"""The report of the plans of several services."""

from collections.abc import Sequence

import msgspec

from stageplan.run.report import VERSION, Data, Report


class ServiceReport(Data, frozen=True, kw_only=True):
    """What came of the plan of services that come from one Dockerfile.

    Attributes:
        report: None where one before it failed, and nobody came to it.
    """

    names: tuple[str, ...]
    report: Report | None


class ServicesReport(Data, frozen=True, kw_only=True):
    """What came of all plans.

    Attributes:
        ok: whether every one of them was carried out.
    """

    version: int
    ok: bool
    seconds: float
    rerun_count: int
    cached_count: int
    services: tuple[ServiceReport, ...]


def services_report(services: Sequence[ServiceReport]) -> ServicesReport:
    """The one report, in the order of the plans."""
    reports = [service.report for service in services if service.report is not None]
    return ServicesReport(
        version=VERSION,
        ok=len(reports) == len(services) and all(report.ok for report in reports),
        seconds=round(sum(report.seconds for report in reports), 3),
        rerun_count=sum(report.rerun_count for report in reports),
        cached_count=sum(report.cached_count for report in reports),
        services=tuple(services),
    )


def encode_services_report(report: ServicesReport) -> bytes:
    """The report as JSON with a line end."""
    return msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n"

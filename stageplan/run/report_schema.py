"""The JSON Schema of reports, as `report.schema.json` ships it."""

import msgspec

from stageplan.run.report import Report


def report_schema() -> bytes:
    """The schema with a line end; the file beside this one holds the same."""
    schema = msgspec.json.schema(Report)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "stageplan run report"
    return msgspec.json.format(msgspec.json.encode(schema, order="sorted"), indent=2) + b"\n"

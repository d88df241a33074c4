"""Whole plans: each folder of fixtures/plans is a case, with plan, text and script as they must be."""

import json
from importlib.resources import files
from pathlib import Path

import jsonschema
import msgspec
import pytest

from stageplan.dockerfile.reader import read_dockerfile
from stageplan.graph import build_graph
from stageplan.plan.document import decode_plan, encode_plan, plan_schema
from stageplan.plan.facts import EngineFacts
from stageplan.plan.model import Engine, Plan
from stageplan.plan.options import PlanOptions
from stageplan.plan.planner import make_plan
from stageplan.render.shell import render_shell
from stageplan.render.text import render_text
from stageplan.stages.options import BuildOptions

CASES = sorted(path.parent for path in Path("fixtures/plans").glob("*/Dockerfile"))
SCHEMA = json.loads((files("stageplan.plan") / "plan.schema.json").read_bytes())


def plan_of(case: Path) -> Plan:
    given = {"context": ".", "dockerfile": "Dockerfile", "name": "app"}
    given |= json.loads((case / "options.json").read_bytes())
    options = msgspec.convert(given, PlanOptions)
    dockerfile = read_dockerfile((case / "Dockerfile").read_bytes(), "Dockerfile")
    target = options.targets[0] if options.targets else None
    named = case / "engine"
    kind = msgspec.convert(named.read_text().strip() if named.exists() else "docker", Engine)
    engine = EngineFacts(reachable=False, kind=kind)
    return make_plan(build_graph(dockerfile, BuildOptions(target=target)), options, engine)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.parametrize("kind", ["plan.json", "plan.txt", "build.sh"])
def test_a_case(case: Path, kind: str, *, update_golden: bool) -> None:
    plan = plan_of(case)
    made = {
        "plan.json": lambda: encode_plan(plan).decode(),
        "plan.txt": lambda: render_text(plan),
        "build.sh": lambda: render_shell(plan, version="0.0.0"),
    }[kind]()
    if update_golden:
        (case / kind).write_text(made)
    assert made == (case / kind).read_text()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_plan_goes_to_json_and_back(case: Path) -> None:
    plan = plan_of(case)
    data = encode_plan(plan)
    assert decode_plan(data, path="plan.json") == plan
    jsonschema.validate(json.loads(data), SCHEMA)


def test_the_shipped_schema_is_that_of_the_code() -> None:
    assert (files("stageplan.plan") / "plan.schema.json").read_bytes() == plan_schema()

import shlex

import msgspec

from stageplan.plan.model import Push
from stageplan.run.dry_run import commands_of
from stageplan.run.executor import execute
from tests.run.conftest import MakePlan
from tests.run.fakes import fake_ports


def test_a_dry_run_lists_what_a_run_issues(registry_plan: MakePlan) -> None:
    plan = registry_plan("r")
    report = execute(plan, ports=fake_ports(), jobs=1, on_event=lambda _: None)
    assert commands_of(plan) == tuple(shlex.join(words) for step in report.steps for words in step.commands)


def test_a_read_only_plan_pushes_nothing(registry_plan: MakePlan) -> None:
    plan = registry_plan("r", read_only=True)
    push = Push(id="push:a", reason="", images=("{image}:{scope}",))
    commands = commands_of(msgspec.structs.replace(plan, steps=(push, *plan.steps)))
    assert len(commands) == len(plan.steps)
    assert not any(command.startswith("docker push") or "push=true" in command for command in commands)

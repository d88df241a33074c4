"""The strategy `registry` from end to end, on a real engine and a real registry."""

import subprocess
from pathlib import Path

import msgspec
import pytest

import lab
from stageplan.plan.model import Build, MoveTags
from stageplan.run.events import Event, Retrying
from stageplan.run.executor import execute
from stageplan.run.report import Report
from stageplan.run.report_of import failure_of
from stageplan.system.ports import machine_ports
from stageplan.system.process import Processes
from stageplan.system.registry import Registry
from tests.run.conftest import DOCKERFILE, NEEDS, MakePlan, RunPlan
from tests.run.interrupted import interrupt


def states(report: Report) -> dict[str, str]:
    return {stage.name: stage.state for stage in report.stages}


@pytest.mark.engine
@pytest.mark.parametrize("fixture", ["engine", "old_engine"])
def test_only_what_a_change_touches_runs_again(
    request: pytest.FixtureRequest,
    fixture: str,
    registry: lab.Registry,
    context: Path,
    registry_plan: MakePlan,
    run_plan: RunPlan,
) -> None:
    engine: lab.Engine = request.getfixturevalue(fixture)
    plan = registry_plan(registry.host, unpack=fixture == "old_engine")
    first = run_plan(plan, engine)
    assert (first.ok, first.rerun_count, first.cached_count) == (True, 7, 0)
    assert states(first) == dict.fromkeys(("deps", "build", "test", "app"), "built")
    image = f"{registry.host}/team/app:main"
    pushed = Registry().exists(image)
    assert pushed is not None

    engine.wipe()
    warm = run_plan(plan, engine)
    assert (warm.ok, warm.rerun_count, warm.cached_count) == (True, 0, 7)
    assert states(warm) == dict.fromkeys(("deps", "build", "test", "app"), "hit")
    assert Registry().exists(image) == pushed

    engine.wipe()
    (context / "src/a").write_text("two\n", encoding="utf-8")
    changed = run_plan(plan, engine)
    assert changed.ok
    assert states(changed) == {"deps": "hit", "build": "built", "test": "built", "app": "partly"}
    assert [stage.first_miss for stage in changed.stages] == [
        None,
        "COPY src /src",
        "COPY --from=build /app /app",
        "COPY --from=build /app /app",
    ]
    assert changed.bytes_down > 1_000_000
    assert Registry().exists(image) != pushed


def test_a_failed_stage_leaves_the_tag_and_keeps_what_was_built(
    engine: lab.Engine, registry: lab.Registry, context: Path, registry_plan: MakePlan, run_plan: RunPlan
) -> None:
    plan = registry_plan(registry.host)
    assert run_plan(plan, engine).ok
    refs = [
        f"{registry.host}/team/app:main",
        *(f"{registry.host}/team/app-cache:main__{name}" for name in NEEDS),
    ]
    before = Registry().exists_many(refs)

    engine.wipe()
    (context / "src/a").write_text("two\n", encoding="utf-8")
    (context / "Dockerfile").write_text(DOCKERFILE + "RUN echo nearly >&2; ls /nowhere\n", encoding="utf-8")
    report = run_plan(plan, engine)
    assert [step.state for step in report.steps] == ["done", "done", "done", "failed"]
    after = Registry().exists_many(refs)
    kept = {ref.rpartition("/")[2] for ref in refs if before[ref] == after[ref]}
    assert kept - {"app-cache:main__deps"} == {"app:main", "app-cache:main__app"}
    error = failure_of(report)
    assert error is not None
    command = f"docker buildx build --provenance=false --file={context}/Dockerfile --target=app"
    assert str(error).startswith(
        "error[step-failed]: stage 'app' failed at 'RUN echo nearly >&2; ls /nowhere': exit code: 1\n"
        "    nearly\n"
        "    ls: /nowhere: No such file or directory\n"
        f"hint: repeat it with: {command} "
    )


def test_a_registry_that_comes_back_is_waited_for(
    engine: lab.Engine, registry: lab.Registry, registry_plan: MakePlan, run_plan: RunPlan
) -> None:
    plan, events = registry_plan(registry.host), list[Event]()
    assert run_plan(plan, engine).ok
    unasked = msgspec.structs.replace(plan, steps=plan.steps[-1:])
    only_push = msgspec.structs.replace(
        unasked, steps=(msgspec.structs.replace(plan.steps[-1], needs=(), cache=None),)
    )

    def start_again(event: Event) -> None:
        events.append(event)
        if isinstance(event, Retrying):
            registry.start()

    registry.stop()
    report = execute(
        only_push, ports=machine_ports(Processes(), env=engine.env), jobs=1, on_event=start_again
    )
    assert report.ok
    assert report.steps[0].attempts == 2
    assert [event.cause.rpartition("dial tcp ")[2] for event in events if isinstance(event, Retrying)] == [
        f"{registry.host}: connect: connection refused"
    ]


def test_tags_move_to_what_was_pushed_before(
    engine: lab.Engine, registry: lab.Registry, registry_plan: MakePlan, run_plan: RunPlan
) -> None:
    plan = registry_plan(registry.host)
    app = plan.steps[-1]
    assert isinstance(app, Build)
    pushed = msgspec.structs.replace(app, tags=("{image}:{scope}__next",), wants_digest=True)
    move = MoveTags(
        id="tags:app",
        reason="it is tested",
        needs=tuple(step.id for step in plan.steps),
        build=app.id,
        repository="{image}",
        tags=("{image}:{scope}", "{image}:latest"),
    )
    report = run_plan(msgspec.structs.replace(plan, steps=(*plan.steps[:-1], pushed, move)), engine)
    assert report.ok
    image = f"{registry.host}/team/app"
    digests = Registry().exists_many([f"{image}:main__next", f"{image}:main", f"{image}:latest"])
    assert None not in digests.values()
    assert len(set(digests.values())) == 1
    assert report.steps[-1].commands[0][-1] == f"{image}@{digests[f'{image}:main']}"


def test_ctrl_c_leaves_no_process_and_no_file(
    engine: lab.Engine, registry: lab.Registry, context: Path, registry_plan: MakePlan, tmp_path: Path
) -> None:
    (context / "Dockerfile").write_text(
        DOCKERFILE.replace("echo deps", "echo sleeping; sleep 60; echo"), encoding="utf-8"
    )
    (tmp_path / "temporary").mkdir()
    environment = engine.env | {"TMPDIR": str(tmp_path / "temporary")}
    assert interrupt(registry_plan(registry.host), environment, at="text='sleeping'") == 130
    assert list((tmp_path / "temporary").iterdir()) == []
    assert engine.run("docker", "ps", "-q").stdout == ""
    running = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert str(context) not in running

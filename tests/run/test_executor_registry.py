"""The strategy `registry` from end to end, on a real engine and a real registry."""

from pathlib import Path

import lab
from stageplan.run.report import Report
from stageplan.system.registry import Registry
from tests.run.conftest import DOCKERFILE, MakePlan, RunPlan


def states(report: Report) -> dict[str, str]:
    return {stage.name: stage.state for stage in report.stages}


def test_only_what_a_change_touches_runs_again(
    engine: lab.Engine, registry: lab.Registry, context: Path, registry_plan: MakePlan, run_plan: RunPlan
) -> None:
    plan = registry_plan(registry.host)
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
    assert run_plan(registry_plan(registry.host), engine).ok
    image = f"{registry.host}/team/app:main"
    pushed = Registry().exists(image)
    engine.wipe()
    (context / "src/a").write_text("two\n", encoding="utf-8")
    broken = DOCKERFILE + "RUN echo nearly; ls /nowhere\n"
    (context / "Dockerfile").write_text(broken, encoding="utf-8")
    failed = run_plan(registry_plan(registry.host), engine)
    assert not failed.ok
    assert [step.state for step in failed.steps] == ["done", "done", "done", "failed"]
    assert Registry().exists(image) == pushed
    engine.wipe()
    (context / "Dockerfile").write_text(DOCKERFILE, encoding="utf-8")
    mended = run_plan(registry_plan(registry.host), engine)
    assert mended.ok
    assert states(mended) == {"deps": "hit", "build": "hit", "test": "hit", "app": "partly"}

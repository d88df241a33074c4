"""The classic builder from end to end, with stage images in a registry and in an archive."""

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

import lab
from stageplan.plan.model import Build, Plan, Push, Restore, Save, Step
from stageplan.plan.sources import with_sources
from stageplan.run.executor import execute
from stageplan.run.report import Report
from stageplan.run.report_of import failure_of
from stageplan.system.cache_layers import disk_layers, registry_layers
from stageplan.system.engine_images import DockerEngine
from stageplan.system.ports import machine_ports
from stageplan.system.process import Processes
from tests.run.conftest import MakePlan
from tests.run.interrupted import interrupt

DOCKERFILE = """\
FROM busybox:1.37 AS deps
RUN echo deps > /deps
ENV A=b
FROM deps AS build
COPY src /src
RUN cat /src/* > /app
"""
RunClassic = Callable[[Plan], Report]


@pytest.fixture
def plan(registry_plan: MakePlan, context: Path, tmp_path: Path) -> Plan:
    """A plan of two stages, still without steps."""
    (context / "Dockerfile").write_text(DOCKERFILE, encoding="utf-8")
    plan = registry_plan("nowhere")
    parameters = msgspec.structs.replace(plan.parameters, cache_dir=str(tmp_path / "cache"))
    return msgspec.structs.replace(plan, stages=plan.stages[:2], steps=(), parameters=parameters)


@pytest.fixture
def run_classic(classic_engine: lab.Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunClassic]:
    for name, value in classic_engine.env.items():
        monkeypatch.setenv(name, value)
    engines: list[DockerEngine] = []

    def run(plan: Plan) -> Report:
        def names(root: Path, _: Path) -> list[str]:
            return sorted(str(path.relative_to(root)) for path in root.rglob("*"))

        engines.append(DockerEngine(names))

        def layers_at(place: str) -> frozenset[str] | None:
            return disk_layers(place) if place.startswith("/") else registry_layers([place])[place]

        ports = machine_ports(Processes(), images=engines[-1])
        return execute(with_sources(plan, layers_at), ports=ports, jobs=1, on_event=lambda _: None)

    yield run
    for engine in engines:
        engine.close()


def stage_steps(image: str, restore: str, *, before: tuple[str, ...] = ()) -> Iterator[Build]:
    """Both builds, each with what is there of the earlier ones."""
    for index, name in enumerate(("deps", "build")):
        brought = restore.format(name=name)
        yield Build(
            id=f"build:{name}",
            reason="it is tested",
            needs=(brought, *before),
            stage=name,
            index=index,
            target=name,
            builder="classic",
            output="load",
            tags=(image.format(name=name),),
            cache_from=(*before, brought),
        )
        before = (*before, f"build:{name}")


def pushed(plan: Plan, host: str) -> Plan:
    parameters = msgspec.structs.replace(plan.parameters, cache_image=f"{host}/team/app-cache")
    location = "{{cache_image}}:{{scope}}__classic__{name}"
    steps: list[Step] = []
    for build in stage_steps(location, "restore:{name}"):
        steps += [
            Restore(
                id=f"restore:{build.stage}",
                reason="it is tested",
                how="pull",
                index=build.index,
                location=location.format(name=build.stage),
            ),
            build,
            Push(id=f"push:{build.stage}", reason="it is tested", needs=(build.id,), images=build.tags),
        ]
    return msgspec.structs.replace(plan, steps=tuple(steps), parameters=parameters)


def archived(plan: Plan) -> Plan:
    images = ("app:classic__deps", "app:classic__build")
    archive = "{cache_dir}/{scope}.tar"
    restore = Restore(
        id="restore:archive", reason="it is tested", how="load", index=None, location=archive, images=images
    )
    builds = tuple(stage_steps("app:classic__{name}", "restore:archive"))
    save = Save(
        id="save:archive",
        reason="it is tested",
        needs=tuple(build.id for build in builds),
        images=images,
        location=archive,
    )
    return msgspec.structs.replace(plan, steps=(restore, *builds, save))


def states(report: Report) -> list[tuple[str, str | None]]:
    return [(stage.state, stage.first_miss) for stage in report.stages]


def test_stage_images_are_pulled_used_and_pushed(
    classic_engine: lab.Engine, registry: lab.Registry, context: Path, plan: Plan, run_classic: RunClassic
) -> None:
    both = pushed(plan, registry.host)
    first = run_classic(both)
    assert first.ok, first
    assert states(first) == [("built", "RUN echo deps > /deps"), ("built", "COPY src /src")]
    assert first.bytes_up > 1_000_000

    classic_engine.wipe()
    (context / "src/a").write_text("two\n", encoding="utf-8")
    changed = run_classic(both)
    assert changed.ok, changed
    assert states(changed) == [("hit", None), ("built", "COPY src /src")]
    assert (changed.rerun_count, changed.cached_count) == (2, 1)
    assert changed.bytes_down > 1_000_000


def test_an_archive_keeps_what_was_built_before_a_failure(
    classic_engine: lab.Engine, context: Path, plan: Plan, run_classic: RunClassic
) -> None:
    (context / "Dockerfile").write_text(DOCKERFILE + "RUN echo nearly; ls /nowhere\n", encoding="utf-8")
    failed = run_classic(archived(plan))
    assert [step.state for step in failed.steps] == ["done", "done", "failed", "done"]
    error = failure_of(failed)
    assert error is not None
    assert (error.rule, error.message) == (
        "step-failed",
        (
            "stage 'build' failed at 'RUN echo nearly; ls /nowhere': "
            "The command '/bin/sh -c echo nearly; ls /nowhere' returned a non-zero code: 1"
        ),
    )
    assert "nearly" in error.excerpt

    classic_engine.wipe()
    (context / "Dockerfile").write_text(DOCKERFILE, encoding="utf-8")
    mended = run_classic(archived(plan))
    assert mended.ok, mended
    assert states(mended)[0] == ("hit", None)
    classic_engine.wipe()
    assert run_classic(archived(plan)).rerun_count == 0


def test_ctrl_c_does_not_wait_for_a_silent_engine(
    classic_engine: lab.Engine, context: Path, plan: Plan, tmp_path: Path
) -> None:
    sleeping = DOCKERFILE.replace("echo deps", "echo sleeping; sleep 600; echo")
    (context / "Dockerfile").write_text(sleeping, encoding="utf-8")
    assert interrupt(archived(plan), classic_engine.env, at="text='sleeping'") == 130
    assert not (tmp_path / "cache").exists()

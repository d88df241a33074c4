"""What runs, in which order, what is tried again, and what a failure leaves."""

import threading
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from stageplan.plan.model import Build, Cache, Plan, Push, Restore, Save, Source, Step
from stageplan.run.events import Event, Retrying, StepDone
from stageplan.run.executor import execute
from stageplan.run.ports import ImagesError
from stageplan.run.report import Report
from stageplan.run.report_of import failure_of
from tests.run.conftest import MakePlan
from tests.run.fakes import BROKEN, OK, REFUSED, FakeBuildx, FakeClock, FakeImages, fake_ports


def run(
    plan: Plan, buildx: FakeBuildx | None = None, *, images: FakeImages | None = None, jobs: int = 1
) -> Report:
    return execute(plan, ports=fake_ports(buildx, images=images), jobs=jobs, on_event=lambda _: None)


def states(report: Report) -> dict[str, str]:
    return {step.id: step.state for step in report.steps}


@pytest.fixture
def plan(registry_plan: MakePlan) -> Plan:
    return registry_plan("r")


def with_steps(plan: Plan, *steps: Step, cache_dir: Path | None = None) -> Plan:
    folder = None if cache_dir is None else str(cache_dir)
    parameters = msgspec.structs.replace(plan.parameters, cache_dir=folder)
    return msgspec.structs.replace(plan, steps=steps, parameters=parameters)


def test_steps_run_in_the_order_of_the_plan_with_its_words(plan: Plan) -> None:
    buildx = FakeBuildx()
    report = run(plan, buildx)
    assert buildx.targets == ["deps", "build", "test", "app"]
    assert states(report) == {f"build:{name}": "done" for name in ("deps", "build", "test", "app")}
    folder = plan.inputs.context
    assert report.steps[0].commands == (
        (
            "docker",
            "buildx",
            "build",
            "--provenance=false",
            f"--file={folder}/Dockerfile",
            "--target=deps",
            "--cache-to=type=registry,ref=r/team/app-cache:main__deps,mode=min,ignore-error=true",
            "--output=type=cacheonly",
            folder,
        ),
    )
    watched = buildx.commands[0]
    assert watched[:4] == ("docker", "buildx", "build", "--progress=rawjson")
    assert (*watched[:3], *watched[4:]) == report.steps[0].commands[0]


@pytest.mark.parametrize("keys", [msgspec.UNSET, ()], ids=["without keys", "with keys"])
def test_a_registry_that_answers_to_buildah_alone_is_enough(
    plan: Plan, keys: msgspec.UnsetType | tuple[()]
) -> None:
    push = Push(id="push", reason="r", images=("127.0.0.1:1/app:main",))
    inputs = msgspec.structs.replace(plan.inputs, engine="buildah")
    pushed = msgspec.structs.replace(plan, steps=(push,), inputs=inputs, keys=keys)
    report = run(pushed, FakeBuildx())
    assert report.ok
    kept = [
        warning for warning in report.warnings if "127.0.0.1:1/app:main' was made of is not kept" in warning
    ]
    assert len(kept) == (keys == ())


def test_an_outage_is_waited_for(plan: Plan) -> None:
    clock, events = FakeClock(), list[Event]()
    buildx = FakeBuildx({"app": [REFUSED, REFUSED, OK]})
    report = execute(plan, ports=fake_ports(buildx, clock=clock), jobs=1, on_event=events.append)
    assert report.ok
    assert clock.slept == [1.0, 2.0]
    assert report.steps[-1].attempts == 3
    assert len(report.steps[-1].commands) == 1
    assert [event.seconds for event in events if isinstance(event, Retrying)] == [1.0, 2.0]


def test_a_long_outage_is_an_error_with_the_command_to_repeat(plan: Plan) -> None:
    buildx = FakeBuildx({"app": [REFUSED]})
    report = run(plan, buildx)
    assert buildx.targets.count("app") == 3
    error = failure_of(report)
    assert error is not None
    assert (error.rule, error.exit_code) == ("step-unreachable", 5)
    assert error.message == (
        "stage 'app' failed: failed to push r/app:main: dial tcp 127.0.0.1:1: connect: connection refused"
    )
    assert error.hint is not None
    assert error.hint.startswith("repeat it with: docker buildx build --provenance=false --file=")


def test_a_fault_is_not_tried_again_and_stops_what_needs_it(plan: Plan) -> None:
    buildx, events = FakeBuildx({"build": [BROKEN]}), list[Event]()
    report = execute(plan, ports=fake_ports(buildx), jobs=1, on_event=events.append)
    assert buildx.targets == ["deps", "build"]
    assert not report.ok
    assert states(report) == {
        "build:deps": "done",
        "build:build": "failed",
        "build:test": "skipped",
        "build:app": "skipped",
    }
    assert [step.note for step in report.steps] == [
        "",
        "",
        "it needs 'build:build'",
        "it needs 'build:build'",
    ]
    assert [event.state for event in events if isinstance(event, StepDone)] == [
        "done",
        "failed",
        "skipped",
        "skipped",
    ]
    assert [stage.state for stage in report.stages] == ["hit", "failed", "skipped", "skipped"]
    error = failure_of(report)
    assert error is not None
    assert (error.rule, error.exit_code) == ("step-failed", 4)
    assert error.excerpt == "    ERROR: dockerfile parse error on line 2: unknown instruction: RUNN"


def test_builds_run_side_by_side_where_they_share_no_stage(plan: Plan) -> None:
    api, web, both = (
        Build(
            id=f"build:{name}", reason="", stage=name, index=index, stages=stages, target=name, output="load"
        )
        for index, (name, stages) in enumerate((("api", (0,)), ("web", (1,)), ("both", (0, 2))))
    )
    meeting = threading.Barrier(2)
    met: list[str] = []

    def meet(words: tuple[str, ...]) -> None:
        met.append(FakeBuildx.target(words))
        if met[-1] != "both":
            meeting.wait(timeout=20)

    assert run(with_steps(plan, api, both, web), FakeBuildx(before=meet), jobs=3).ok
    assert met[-1] == "both"


def test_after_a_failure_no_other_build_starts_but_pushes_do(plan: Plan) -> None:
    first = Build(id="build:a", reason="", stage="deps", index=0, target="a", output="load")
    other = Build(id="build:b", reason="", stage="build", index=1, target="b", output="load")
    broken = Build(id="build:c", reason="", stage="test", index=2, target="c", output="load")
    push = Push(id="push:a", reason="", needs=("build:a",), images=("{image}:{scope}",))
    tags = Push(id="push:tags", reason="", needs=("build:a", "build:c"), images=("{image}:latest",))
    images = FakeImages()
    report = run(
        with_steps(plan, first, broken, other, push, tags), FakeBuildx({"c": [BROKEN]}), images=images
    )
    assert states(report) == {
        "build:a": "done",
        "build:c": "failed",
        "build:b": "skipped",
        "push:a": "done",
        "push:tags": "skipped",
    }
    assert images.asked == ["push r/team/app:main"]


def test_an_archive_is_saved_after_a_failure_with_the_images_that_exist(plan: Plan, tmp_path: Path) -> None:
    build = Build(id="build:a", reason="", stage="deps", index=0, target="a", output="load")
    save = Save(
        id="save:archive",
        reason="",
        needs=("build:a",),
        images=("app:deps", "app:build"),
        location="{cache_dir}/{scope}.tar",
    )
    images = FakeImages(held={"app:build"})
    report = run(
        with_steps(plan, build, save, cache_dir=tmp_path / "cache"),
        FakeBuildx({"a": [BROKEN]}),
        images=images,
    )
    assert states(report) == {"build:a": "failed", "save:archive": "done"}
    assert (tmp_path / "cache/main.tar").read_text(encoding="utf-8") == "app:build"
    assert report.steps[1].commands == (
        ("docker", "save", f"--output={tmp_path}/cache/main.tar.new", "app:build"),
    )


def test_a_read_only_plan_writes_nothing(plan: Plan, tmp_path: Path) -> None:
    parameters = msgspec.structs.replace(plan.parameters, read_only=True)
    push = Push(id="push:a", reason="", images=("{image}:{scope}",))
    save = Save(id="save:archive", reason="", images=("app:deps",), location=f"{tmp_path}/a.tar")
    images, buildx = FakeImages(held={"app:deps"}), FakeBuildx()
    report = run(
        msgspec.structs.replace(plan, steps=(*plan.steps, push, save), parameters=parameters),
        buildx,
        images=images,
    )
    assert report.ok
    assert images.asked == []
    assert [step.note for step in report.steps[-2:]] == ["the plan is read-only"] * 2
    assert not any(word.startswith(("--cache-to", "--tag")) for words in buildx.commands for word in words)
    assert all("--output=type=cacheonly" in words for words in buildx.commands)


def restore_then_build(scope: str | None) -> tuple[Step, ...]:
    return (
        Restore(
            id="restore:deps",
            reason="",
            how="pull",
            index=0,
            location="{cache_image}:{scope}__classic__deps",
            source=Source(asked=True, scope=scope),
        ),
        Build(
            id="build:deps",
            reason="",
            needs=("restore:deps",),
            stage="deps",
            index=0,
            target="deps",
            builder="classic",
            output="load",
            tags=("{cache_image}:{scope}__classic__deps",),
            cache_from=("restore:deps",),
        ),
    )


PULLED = "pull r/team/app-cache:old__classic__deps"


@pytest.mark.parametrize(
    ("scope", "failures", "asked", "warnings"),
    [
        pytest.param(
            "old", [], [PULLED, "build deps from r/team/app-cache:old__classic__deps"], 0, id="there"
        ),
        pytest.param(None, [], ["build deps from"], 0, id="nothing-yet"),
        pytest.param(
            "old", [ImagesError("manifest unknown", missing=True)], [PULLED, "build deps from"], 0, id="gone"
        ),
        pytest.param("old", [ImagesError("unauthorized")], [PULLED, "build deps from"], 1, id="refused"),
        pytest.param(
            "old",
            [ImagesError("connection refused")],
            [PULLED, PULLED, "build deps from r/team/app-cache:old__classic__deps"],
            0,
            id="refused-once",
        ),
        pytest.param(
            "old",
            [ImagesError("connection refused") for _ in range(3)],
            [PULLED, PULLED, PULLED, "build deps from"],
            1,
            id="out-of-reach",
        ),
    ],
)
def test_a_build_counts_only_on_what_was_brought(
    plan: Plan, scope: str | None, failures: list[ImagesError], asked: list[str], warnings: int
) -> None:
    images = FakeImages(failing={PULLED: failures})
    report = run(with_steps(plan, *restore_then_build(scope)), images=images)
    assert report.ok
    assert images.asked == asked
    assert len(report.warnings) == warnings


def local(plan: Plan, folder: Path) -> Plan:
    cache = Cache(type="local", location="{cache_dir}/{scope}/deps", export_options=(("mode", "min"),))
    build = Build(
        id="build:deps", reason="", stage="deps", index=0, target="deps", output="cacheonly", cache=cache
    )
    return with_steps(plan, build, cache_dir=folder)


def write_cache(folder: Path, *, index: bool) -> None:
    folder.mkdir(parents=True)
    (folder / ("index.json" if index else "blob")).write_text(folder.name, encoding="utf-8")


@pytest.mark.parametrize(
    ("answer", "index", "kept"),
    [
        pytest.param(OK, True, "deps.new", id="written"),
        pytest.param(OK, False, "deps", id="export-failed"),
        pytest.param(BROKEN, True, "deps", id="build-failed"),
    ],
)
def test_a_folder_of_cache_is_replaced_whole(
    plan: Plan, tmp_path: Path, answer: tuple[int, bytes], index: bool, kept: str
) -> None:
    folder = tmp_path / "cache/main/deps"
    write_cache(folder, index=True)
    write_cache(folder.with_name("deps.new"), index=True)  # of a run that was killed
    left: list[bool] = []

    def before(_: tuple[str, ...]) -> None:
        left.append(folder.with_name("deps.new").exists())
        write_cache(folder.with_name("deps.new"), index=index)

    run(local(plan, tmp_path / "cache"), FakeBuildx({"deps": [answer]}, before=before))
    assert left == [False]
    assert (folder / "index.json").read_text(encoding="utf-8") == kept
    assert [path.name for path in folder.parent.iterdir()] == ["deps"]


def test_a_stop_ends_what_runs_and_leaves_no_file(plan: Plan, tmp_path: Path) -> None:
    def before(_: tuple[str, ...]) -> None:
        raise KeyboardInterrupt

    stopped: list[bool] = []
    ports = replace(fake_ports(FakeBuildx(before=before)), stop=lambda: stopped.append(True))
    with pytest.raises(KeyboardInterrupt):
        execute(local(plan, tmp_path / "cache"), ports=ports, jobs=2, on_event=lambda _: None)
    assert stopped == [True]
    assert list((tmp_path / "cache").rglob("*")) == []

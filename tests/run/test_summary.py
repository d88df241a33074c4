from stageplan.run.report import (
    VERSION,
    Failure,
    InstructionReport,
    Report,
    StageReport,
    StageState,
    StepReport,
)
from stageplan.run.summary import summary


def stage(index: int, name: str, state: StageState, *ran: str, cached: int = 0, down: int = 0) -> StageReport:
    hits = tuple(
        InstructionReport(position=f"{place}/9", text="RUN true", cached=True, seconds=0.0)
        for place in range(cached)
    )
    misses = tuple(InstructionReport(position="9/9", text=text, cached=False, seconds=1.5) for text in ran)
    return StageReport(
        index=index,
        name=name,
        state=state,
        instructions=hits + misses,
        first_miss=ran[0] if ran else None,
        seconds=1.5 * len(ran),
        bytes_down=down,
    )


def step(name: str, *, failure: Failure | None = None, note: str = "") -> StepReport:
    return StepReport(
        id=name,
        kind="build",
        state="failed" if failure else "skipped" if note else "done",
        seconds=1.0,
        attempts=1,
        commands=(("docker", "buildx", "build", "."),),
        bytes_down=0,
        bytes_up=None,
        note=note,
        failure=failure,
    )


FAILED = Failure(
    rule="step-failed", message="stage 'test' failed at 'RUN pytest': exit code: 1", hint="", log=("E",)
)
REPORT = Report(
    version=VERSION,
    strategy="registry",
    scope="main",
    ok=False,
    seconds=75.26,
    rerun_count=3,
    cached_count=2,
    bytes_down=1_234_567,
    bytes_up=0,
    stages=(
        stage(0, "deps", "hit", cached=2),
        stage(1, "build", "built", "COPY src /src", "RUN make all \\\n  install", down=1_234_567),
        stage(2, "test", "failed", "RUN pytest"),
        stage(3, "app", "skipped"),
    ),
    steps=(
        step("build:deps"),
        step("build:test", failure=FAILED),
        step("build:app", note="it needs 'build:test'"),
    ),
    warnings=("exporting cache to registry failed: denied",),
)


def test_a_summary_shows_stages_failures_warnings_and_totals() -> None:
    assert (
        summary(REPORT)
        == """\
stage  cache      ran  first to run   seconds  pulled
deps   hit        0/2                     0.0
build  built      2/2  COPY src /src      3.0  1.2 MB
test   failed     1/1  RUN pytest         1.5
app    not built  0/0                     0.0

failed build:test: stage 'test' failed at 'RUN pytest': exit code: 1
skipped build:app: it needs 'build:test'
warning: exporting cache to registry failed: denied
3 instructions ran, 2 cached, 1.2 MB pulled, 1 min 15 s
"""
    )

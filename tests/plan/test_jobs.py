"""Which jobs a plan is spread over, and what each waits for."""

import pytest

from stageplan.plan.jobs import JobsFrom, jobs_of
from tests.plan.keyed.planned import Planned

TEXT = """\
FROM x AS base
RUN setup
FROM base AS deps
COPY go.mod .
RUN download
FROM base AS assets
RUN assets
FROM y AS config
COPY config .
FROM deps AS test
RUN check
FROM y AS app
COPY --from=config /config /config
COPY --from=deps /out /out
COPY --from=assets /site /site
FROM x AS unused
RUN unused
"""
UNNAMED = "FROM x AS deps\nRUN deps\nFROM y\nCOPY --from=deps /out /out\nRUN check\n"


def lines(
    text: str, by: JobsFrom, *, checks: tuple[str, ...] = (), targets: tuple[str, ...] = ()
) -> list[str]:
    jobs = jobs_of(Planned(text, checks=checks, targets=targets).work, by=by)
    return [f"{job.id} [{' '.join(job.stages)}] after {' '.join(job.needs) or 'nothing'}" for job in jobs]


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        pytest.param(
            "stages",
            [
                "stage-base [base] after nothing",
                "stage-deps [deps] after stage-base",
                "stage-assets [assets] after stage-base",
                "stage-test [test] after stage-deps",
                "stage-app [app] after stage-deps stage-assets",
                "publish [] after stage-base stage-deps stage-assets stage-test stage-app",
            ],
            id="stages",
        ),
        pytest.param(
            "waves",
            [
                "wave-1 [base] after nothing",
                "wave-2 [deps assets] after wave-1",
                "wave-3 [test app] after wave-2",
                "publish [] after wave-1 wave-2 wave-3",
            ],
            id="waves",
        ),
    ],
)
def test_jobs(by: JobsFrom, expected: list[str]) -> None:
    assert lines(TEXT, by, checks=("test",), targets=("app",)) == expected


def test_a_target_without_a_name_is_left_to_the_last_job() -> None:
    assert lines(UNNAMED, "stages") == [
        "stage-deps [deps] after nothing",
        "publish [] after stage-deps",
    ]


def test_nothing_that_is_worth_a_job() -> None:
    assert lines("FROM x\nCOPY . .\n", "stages") == ["publish [] after nothing"]


@pytest.mark.parametrize(
    ("stage", "job"),
    [
        pytest.param("deps", "stage-deps", id="as it is"),
        pytest.param("go-deps2", "stage-go-deps2", id="with what may stand in it"),
        pytest.param("go.deps", "stage-go-deps-a76d28", id="a dot"),
        pytest.param("go_deps", "stage-go-deps-8e10fd", id="an underscore, which is another job"),
        pytest.param("x" * 60, f"stage-{'x' * 40}-42f2d9", id="long"),
    ],
)
def test_names(stage: str, job: str) -> None:
    text = f"FROM x AS {stage}\nRUN x\nFROM y AS app\nCOPY --from={stage} /x /x\nRUN y\n"
    assert lines(text, "stages")[0] == f"{job} [{stage}] after nothing"
    assert len(job) <= 53

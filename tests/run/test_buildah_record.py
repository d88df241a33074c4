"""What buildah prints, line by line, and what is made of it."""

import pytest

from stageplan.run.buildah_record import BuildahRecord

ID = "0084927f5ea96db9aab4810610b4d17b1f96c0def21a9cb124723da2bbaf50e9"
HIT = f"--> Using cache {ID}\n--> {ID[:11]}"
PULLED = f"--> Cache pulled from remote r/app-cache:{ID}\n{HIT}"
MADE = f"--> Pushing cache r/app-cache:{ID}\n--> {ID[:11]}"


def record_of(text: str) -> BuildahRecord:
    record = BuildahRecord()
    for now, line in enumerate(text.splitlines()):
        record.take(line, float(now))
    record.close(float(len(text.splitlines())))
    return record


def steps_of(text: str) -> list[tuple[int, int, bool]]:
    return [(step.stage, step.number, step.cached) for step in record_of(text).steps if step.counts]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            f"STEP 1/3: FROM busybox\nSTEP 2/3: COPY a /\n{HIT}\nSTEP 3/3: RUN make\nmade\n"
            f"COMMIT r/app:main\n{MADE}",
            [(0, 2, True), (0, 3, False)],
            id="a lone stage",
        ),
        pytest.param(
            f"[1/2] STEP 1/2: FROM busybox AS a\n[1/2] STEP 2/2: RUN a\n{PULLED}\n"
            f"[2/2] STEP 1/3: FROM {ID} AS b\n[2/2] STEP 2/3: RUN b\n{MADE}\n[2/2] STEP 3/3: ENV X=1\n{HIT}",
            [(0, 2, True), (1, 2, False)],
            id="one stage after the other; an ENV does not count",
        ),
        pytest.param(
            f"[2/2] STEP 1/3: FROM busybox AS b\n[2/2] STEP 2/3: COPY --from=a /a /\n"
            f"[1/2] STEP 1/3: FROM busybox AS a\n[1/2] STEP 2/3: COPY a /\n{HIT}\n"
            f"[1/2] STEP 3/3: RUN a\n{MADE}\n"
            f"{HIT}\n[2/2] STEP 3/3: RUN b\n{MADE}",
            [(1, 2, True), (0, 2, True), (0, 3, False), (1, 3, False)],
            id="a step that waits for another stage",
        ),
        pytest.param(
            f"[3/3] STEP 1/3: FROM busybox\n[3/3] STEP 2/3: COPY --from=a /a /\n"
            f"[2/3] STEP 1/3: FROM busybox\n[2/3] STEP 2/3: COPY --from=a /a /\n"
            f"[1/3] STEP 1/2: FROM busybox AS a\n[1/3] STEP 2/2: RUN a\n{HIT}\n"
            f"{HIT}\n[3/3] STEP 3/3: RUN c\n{MADE}\n{MADE}\n[2/3] STEP 3/3: RUN b\n{HIT}",
            [(2, 2, True), (1, 2, False), (0, 2, True), (2, 3, False), (1, 3, True)],
            id="two steps that wait for the same stage: it belongs to the one that goes on",
        ),
        pytest.param(
            f"[2/2] STEP 1/2: FROM busybox\n[2/2] STEP 2/2: COPY --from=a /a /\n"
            f"[1/2] STEP 1/1: FROM busybox AS a\n[1/2] COMMIT\n--> {ID[:11]}\n{HIT}",
            [(1, 2, True)],
            id="a stage that is only a FROM",
        ),
        pytest.param(
            'STEP 1/2: FROM busybox\nSTEP 2/2: RUN false\nError: building at STEP "RUN false": exit status 1',
            [(0, 2, False)],
            id="a step that fails",
        ),
    ],
)
def test_which_instructions_were_hits(text: str, expected: list[tuple[int, int, bool]]) -> None:
    assert steps_of(text) == expected


def test_a_failure_is_told_in_the_builders_words() -> None:
    record = record_of(
        'STEP 1/2: FROM x\nSTEP 2/2: RUN a\nwords\nError: building at STEP "RUN a": exit status 7'
    )
    assert record.error == 'building at STEP "RUN a": exit status 7'
    assert list(record.log)[-2:] == ["words", 'Error: building at STEP "RUN a": exit status 7']


def test_the_time_of_a_step_is_from_its_line_to_its_end() -> None:
    record = record_of(f"STEP 1/2: FROM x\nSTEP 2/2: RUN a\nwords\nwords\n{MADE}")
    assert [(step.text, step.seconds) for step in record.steps] == [("FROM x", 1.0), ("RUN a", 4.0)]

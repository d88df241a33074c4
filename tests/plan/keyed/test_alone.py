"""One stage of a keyed plan: what the whole plan takes of it, and nothing else."""

import msgspec
import pytest

from stageplan.errors import UsageError
from stageplan.plan.model import Build, Plan
from tests.plan.keyed.planned import Planned, actions_of, steps_of

TEXT = """\
FROM x AS base
RUN setup
FROM base AS deps
COPY go.mod .
RUN download
COPY . .
RUN build
FROM base AS plain
FROM deps AS test
RUN check
FROM y AS app
COPY --from=plain /etc/x /etc/x
COPY --from=deps /out /out
RUN --mount=from=base,target=/base echo
FROM x AS unused
"""
DEPS = "image:deps --target deps | base from {base} | cache keyed__deps, to inline | push image, keyed__deps"
TEST = "marker:test --target marker-test | deps from sha256:image:deps | cache image | push marker"
BASE = "image:base --target base | cache keyed__base, to inline | push image, keyed__base"


@pytest.mark.parametrize(
    ("stages", "present", "steps", "actions"),
    [
        pytest.param(
            ("base",),
            (),
            [BASE],
            ["base: build, its image is not in the registry"],
            id="one that needs nothing",
        ),
        pytest.param(
            ("deps",),
            ("image:base",),
            [DEPS.format(base="sha256:image:base")],
            ["base: present, its image is in the registry", "deps: build, its image is not in the registry"],
            id="one that others start from and copy from",
        ),
        pytest.param(
            ("deps",),
            (),
            [BASE, DEPS.format(base="image:base")],
            [
                "base: build, its image is not in the registry",
                "deps: build, its image is not in the registry",
            ],
            id="what it takes from is missing and is built along",
        ),
        pytest.param(
            ("test",),
            ("image:deps",),
            [TEST],
            ["deps: present, its image is in the registry", "test: build, its marker is not in the registry"],
            id="one that is only run",
        ),
        pytest.param(
            ("test", "base"),
            ("marker:test", "image:base"),
            [],
            ["base: present, its image is in the registry", "test: present, its marker is in the registry"],
            id="all there",
        ),
        pytest.param(
            ("app",),
            ("image:app",),
            [],
            ["app: present, its image is in the registry"],
            id="no tag of a target moves",
        ),
    ],
)
def test_one_stage(
    stages: tuple[str, ...], present: tuple[str, ...], steps: list[str], actions: list[str]
) -> None:
    plan = Planned(TEXT, checks=("test",), targets=("app",), stages=stages).plan(*present)
    asked = [line for line in actions_of(plan) if ": build" in line or ": present" in line]
    assert (steps_of(plan), asked) == (steps, actions)
    assert set(plan.alone or ()) == set(stages)


def test_the_stages_one_by_one_are_the_whole_plan() -> None:
    whole = Planned(TEXT, checks=("test",), targets=("app",)).plan()
    pieces = pushed_by(whole)
    done: list[str] = []
    for stage in ("base", "deps", "test", "app"):
        alone = Planned(TEXT, checks=("test",), targets=("app",), stages=(stage,)).plan(*done)
        done += pushed_by(alone)
    assert sorted(done) == sorted(pieces)
    last = Planned(TEXT, checks=("test",), targets=("app",)).plan(*done)
    assert steps_of(last) == ["tags:app to sha256:image:app"]


def pushed_by(plan: Plan) -> list[str]:
    """The pieces that a plan pushes."""
    return [step.id for step in plan.steps if isinstance(step, Build) and step.tags]


def test_a_stage_without_a_key_is_left_to_the_whole_plan() -> None:
    text = "FROM x AS a\nADD https://example.com/f /f\nRUN a\nFROM x AS b\nCOPY --from=a /f /f\nRUN b\n"
    plan = Planned(text, stages=("a", "b")).plan()
    assert plan.steps == ()


def test_where_nothing_may_be_written_nothing_is_built() -> None:
    plan = Planned(TEXT, targets=("app",), stages=("base", "deps"), read_only=True).plan("image:base")
    assert plan.steps == ()
    assert actions_of(plan)[:2] == [
        "base: skip, nothing may be written",
        "deps: skip, nothing may be written",
    ]


def test_a_plan_without_the_option_does_not_mention_it() -> None:
    assert Planned(TEXT).plan().alone is msgspec.UNSET


@pytest.mark.parametrize(
    ("stage", "strategy", "rule", "message", "hint"),
    [
        pytest.param(
            "plain",
            "keyed",
            "stage-alone",
            "stage 'plain' has no build of its own: it has neither RUN nor a copy from the context",
            "these have one: base, deps, test, app",
            id="folded",
        ),
        pytest.param(
            "unused",
            "keyed",
            "stage-alone",
            "stage 'unused' has no build of its own: no target needs it",
            "these have one: base, deps, test, app",
            id="not needed",
        ),
        pytest.param(
            "bas",
            "keyed",
            "no-such-target",
            'target stage "bas" could not be found',
            "did you mean 'base'?",
            id="unknown",
        ),
        pytest.param(
            "base",
            "registry",
            "stage-strategy",
            "strategy 'registry' builds no stage alone, and --stage is given",
            "leave it out, or take --strategy keyed",
            id="another strategy",
        ),
    ],
)
def test_refused(stage: str, strategy: str, rule: str, message: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        Planned(TEXT, checks=("test",), targets=("app",), stages=(stage,), strategy=strategy).plan()
    assert (caught.value.rule, caught.value.message, caught.value.hint) == (rule, message, hint)

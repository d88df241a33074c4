"""Plans for the classic builder: what it cannot build is refused, and a name means its first stage."""

import pytest

from stageplan.dockerfile.reader import read_dockerfile
from stageplan.errors import DockerfileError
from stageplan.graph import BuildOptions, build_graph
from stageplan.plan.facts import EngineFacts
from stageplan.plan.model import Build, BuildArg, Plan
from stageplan.plan.options import PlanOptions
from stageplan.plan.planner import make_plan

TWICE = "FROM x AS a\nRUN a\nFROM a AS b\nRUN b\nFROM x AS a\nRUN c\nFROM a\n"


def plan_of(text: str, *targets: str, strategy: str = "classic", **build_args: str | None) -> Plan:
    dockerfile = read_dockerfile(text.encode(), "Dockerfile")
    values = {name: value for name, value in build_args.items() if value is not None}
    graph = build_graph(dockerfile, BuildOptions(target=targets[0] if targets else None, build_args=values))
    options = PlanOptions(
        context=".",
        dockerfile="Dockerfile",
        name="app",
        image="r.example.com/app",
        strategy=strategy,
        targets=targets,
        build_args=tuple(BuildArg(name=name, value=value) for name, value in build_args.items()),
    )
    return make_plan(graph, options, EngineFacts(reachable=False))


@pytest.mark.parametrize("strategy", ["classic", "archive"])
@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            "FROM x AS a\nRUN --mount=type=cache,target=/c a",
            "Dockerfile:2:5: error[classic-feature]: the --mount option requires BuildKit\n"
            "2 | RUN --mount=type=cache,target=/c a\n"
            "        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
            "hint: build it with BuildKit, or choose another strategy than classic and archive",
            id="a feature it does not have",
        ),
        pytest.param(
            "FROM x AS a\nRUN --network=none a\nFROM x",
            "Dockerfile:2:5: error[classic-feature]: the --network option requires BuildKit\n"
            "2 | RUN --network=none a\n"
            "        ^^^^^^^^^^^^^^\n"
            "hint: build it with BuildKit, or choose another strategy than classic and archive",
            id="in a stage that nobody needs, which it builds all the same",
        ),
        pytest.param(
            "FROM x AS a\nCOPY https://h/x /\nFROM x",
            "Dockerfile:2:6: error[copy-remote]: source can't be a URL for COPY\n"
            "2 | COPY https://h/x /\n"
            "         ^^^^^^^^^^^\n"
            "hint: use ADD",
            id="what every builder refuses, in such a stage",
        ),
        pytest.param(
            TWICE,
            "Dockerfile:5:11: error[classic-duplicate]: a stage name already used\n"
            "5 | FROM x AS a\n"
            "              ^\n"
            "hint: rename this stage, or the one on line 1",
            id="a name twice",
        ),
    ],
)
def test_refused(strategy: str, text: str, message: str) -> None:
    with pytest.raises(DockerfileError) as caught:
        plan_of(text, strategy=strategy)
    assert str(caught.value) == message


def test_buildkit_takes_what_the_classic_builder_refuses() -> None:
    assert plan_of("FROM x AS a\nRUN --network=none a\nFROM x", strategy="registry").steps


def test_a_target_is_the_first_stage_of_its_name_and_what_stands_below_does_not_matter() -> None:
    plan = plan_of(TWICE, "b")
    assert [(stage.name, stage.action) for stage in plan.stages] == [
        ("a", "build"),
        ("b", "build"),
        ("a", "skip"),
        ("stage-3", "skip"),
    ]
    assert [step.index for step in plan_of(TWICE, "A").steps if isinstance(step, Build)] == [0]
    with_buildkit = plan_of(TWICE, "b", strategy="registry")
    assert with_buildkit.stages[0].reason == "another stage is also named 'a', and --target takes that one"


def test_an_argument_without_value_counts_as_given() -> None:
    text = "ARG TARGETARCH\nFROM x-$TARGETARCH AS a"
    assert plan_of(text, TARGETARCH="arm64").steps
    with pytest.raises(DockerfileError, match="gives 'TARGETARCH' no value"):
        plan_of(text)
    assert plan_of(text, TARGETARCH=None).steps

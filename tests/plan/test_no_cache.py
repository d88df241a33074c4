"""`--no-cache` and `--max-age` for every strategy: what docker is told, and what is refused."""

import pytest

from stageplan.commands.buildx import build_command
from stageplan.dockerfile.reader import read_dockerfile
from stageplan.errors import UsageError
from stageplan.graph import BuildOptions, build_graph
from stageplan.plan.ages import parse_age
from stageplan.plan.facts import EngineFacts
from stageplan.plan.model import Build, Plan
from stageplan.plan.options import PlanOptions
from stageplan.plan.planner import make_plan
from stageplan.plan.strategies import STRATEGIES
from stageplan.render.text import render_text

TEXT = "FROM x AS a\nRUN a\nFROM a AS b\nRUN b\nFROM y AS c\nRUN c\nFROM b AS d\nCOPY --from=c /c /c\nRUN d\n"
BUILDX = sorted(STRATEGIES.keys() - {"classic", "archive", "keyed", "buildah", "pack", "kaniko"})


def plan_of(strategy: str, *no_cache: str, max_age: int | None = None) -> Plan:
    dockerfile = read_dockerfile(TEXT.encode(), "Dockerfile")
    options = PlanOptions(
        context=".",
        dockerfile="Dockerfile",
        name="app",
        image="r.example.com/app",
        strategy=strategy,
        no_cache=no_cache,
        max_age=max_age,
        cache_options={
            "s3": (("bucket", "b"), ("region", "r")),
            "azblob": (("account_url", "https://a.example.com"),),
        }.get(strategy, ()),
    )
    return make_plan(build_graph(dockerfile, BuildOptions()), options, EngineFacts(reachable=False))


def told(plan: Plan) -> dict[str, list[str]]:
    """By build, what docker is told of the cache of stages."""
    return {
        step.id.partition(":")[2]: [
            str(word.parts[0])
            for word in build_command(plan.inputs, step).words
            if str(word.parts[0]).startswith("--no-cache")
        ]
        for step in plan.steps
        if isinstance(step, Build)
    }


@pytest.mark.parametrize("strategy", BUILDX)
def test_every_build_that_comes_to_a_stage_is_told(strategy: str) -> None:
    only_a = ["--no-cache-filter=a"]
    assert told(plan_of(strategy, "A")) == {"a": only_a, "b": only_a, "c": [], "d": only_a}
    both = told(plan_of(strategy, "b", "c"))
    assert both["d"] == ["--no-cache-filter=b", "--no-cache-filter=c"]
    assert told(plan_of(strategy, "all")) == {name: ["--no-cache"] for name in "abcd"}
    assert told(plan_of(strategy)) == {name: [] for name in "abcd"}


def test_the_plan_says_so() -> None:
    lines = render_text(plan_of("registry", "a", "c")).splitlines()
    assert [line.strip() for line in lines if "no cache" in line] == [
        "no cache      for a",
        "no cache      for a",
        "no cache      for c",
        "no cache      for a, c",
    ]
    assert "     no cache      for any stage" in render_text(plan_of("registry", "all"))


@pytest.mark.parametrize(
    ("strategy", "no_cache", "max_age", "message"),
    [
        pytest.param(
            "registry",
            ("dd",),
            None,
            "[no-such-target] target stage \"dd\" could not be found; did you mean 'd'?",
            id="no such stage",
        ),
        pytest.param(
            "classic",
            ("a",),
            None,
            "[strategy-refused] strategy 'classic' cannot run here: "
            "the classic builder has no --no-cache STAGE; "
            "leave out --strategy to take the best that can",
            id="the classic builder",
        ),
        pytest.param(
            "inline",
            (),
            60,
            "[max-age-strategy] strategy 'inline' cannot tell how old a stage is, and --max-age is given; "
            "leave it out, or take --strategy keyed",
            id="no age",
        ),
    ],
)
def test_refused(strategy: str, no_cache: tuple[str, ...], max_age: int | None, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        plan_of(strategy, *no_cache, max_age=max_age)
    assert f"[{caught.value.rule}] {caught.value.message}; {caught.value.hint}" == message


@pytest.mark.parametrize(
    ("text", "seconds"), [("1m", 60), ("90m", 5_400), ("12h", 43_200), ("7d", 604_800), ("2w", 1_209_600)]
)
def test_an_age(text: str, seconds: int) -> None:
    assert parse_age(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "7", "d", "0d", "7 d", "-1d", "1.5h", "7days", "7D", "1d12h", "\u0667d", "100000d"]
)
def test_no_age(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_age(text)
    assert (caught.value.rule, caught.value.message, caught.value.hint) == (
        "bad-age",
        f"'--max-age {text}' is no age",
        "write it as 90m, 12h, 7d or 2w",
    )

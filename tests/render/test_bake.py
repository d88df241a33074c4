"""Bake files: both spellings mean the same to bake, and its functions do what the planner does."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

import lab
from lab.packages import prefix
from stageplan.dockerfile.reader import read_dockerfile
from stageplan.errors import UsageError
from stageplan.graph import build_graph
from stageplan.plan.facts import EngineFacts
from stageplan.plan.model import BuildArg, Plan
from stageplan.plan.options import PlanOptions
from stageplan.plan.planner import make_plan
from stageplan.plan.scope import slug
from stageplan.render.bake.document import bake_document
from stageplan.render.bake.functions import FUNCTIONS
from stageplan.render.bake.hcl import write_hcl
from stageplan.render.bake.json import write_json
from stageplan.render.bake.terms import Expression, quoted, template, text_of
from stageplan.stages.options import BuildOptions

TEXT = b"""\
FROM scratch AS base.image
COPY a /a
FROM base.image AS left
RUN l
FROM scratch AS right
RUN r
FROM scratch AS test
COPY --from=left / /
RUN t
FROM scratch
COPY --from=left / /
COPY --from=right / /
"""
# bake turns every text into the composed form of Unicode, and so are these
NAMES = [
    *("main", "Main", "feature/x", "a__b", "a___b", "_", ".", "-x", "x-", "x_", "a" * 60, "a" * 61, "ä/ö"),
    *(
        "x-0123456789",
        "x-012345678",
        "Ünï-çødé",
        "日本語",
        "🦭 seal",
        "${x}",
        "%{if}",
        '"',
        "\\n",
    ),
]


def plan_of(**options: Any) -> Plan:
    given: dict[str, Any] = {"context": ".", "dockerfile": "Dockerfile", "name": "app"} | options
    dockerfile = read_dockerfile(TEXT, "Dockerfile")
    graph = build_graph(dockerfile, BuildOptions())
    return make_plan(graph, PlanOptions(**given), EngineFacts(reachable=False))


def groups_of(plan: Plan) -> dict[str, tuple[str, ...]]:
    return dict(bake_document(plan, version="0.0.0").groups)


def printed(suite: lab.Suite, file: Path, target: str, **env: str) -> dict[str, Any]:
    """What bake makes of a target."""
    buildx = prefix(suite) / "usr/libexec/docker/cli-plugins/docker-buildx"
    words: list[str | Path] = [buildx, "bake", "--file", file, "--print", target]
    done = subprocess.run(words, env={"HOME": str(file.parent)} | env, capture_output=True, check=True)
    return dict(json.loads(done.stdout)["target"][target])


def test_builds_that_share_a_stage_are_in_different_groups() -> None:
    plan = plan_of(image="r/app", checks=("test",), strategy="registry")
    assert groups_of(plan) == {
        "wave-1": ("build-left", "build-right"),
        "wave-2": ("build-test",),
        "wave-3": ("build-4",),
        "tags": ("tags-4",),
    }


def test_one_group_is_enough_where_the_target_needs_all() -> None:
    plan = plan_of(image="r/app", targets=("right",), strategy="registry")
    assert groups_of(plan) == {"wave-1": ("build-right",)}


@pytest.mark.parametrize(
    ("options", "message", "hint"),
    [
        pytest.param(
            {"strategy": "classic", "image": "r/app"},
            "bake cannot do step 'restore:left' of the strategy 'classic'",
            "take --strategy registry, inline or local, or --format sh",
            id="another builder",
        ),
        pytest.param(
            {"strategy": "none", "context": "https://example.com/app.git"},
            "bake would read the Dockerfile out of the context 'https://example.com/app.git', "
            "not the one that was planned",
            "plan in a clone of it",
            id="a context elsewhere",
        ),
    ],
)
def test_a_plan_that_is_refused(options: dict[str, Any], message: str, hint: str) -> None:
    with pytest.raises(UsageError) as refused:
        bake_document(plan_of(**options), version="0.0.0")
    assert (refused.value.message, refused.value.hint) == (message, hint)


@pytest.mark.usefixtures("lab_ready")
@pytest.mark.parametrize("suite", ["sid", "trixie"])
def test_both_spellings_mean_the_same(suite: lab.Suite, tmp_path: Path) -> None:
    nasty = BuildArg(name="A", value='$$x${y}%{z} "q" \\ $')
    plan = plan_of(
        image="r/app",
        checks=("test",),
        strategy="registry",
        scope="Feature/${x}",
        build_args=(nasty, BuildArg(name="B", value=None), BuildArg(name="C", value=None)),
        secrets=("id=a,env=A",),
        platform="linux/arm64",
        no_cache=("right",),
    )
    document = bake_document(plan, version="0.0.0")
    (tmp_path / "bake.json").write_text(write_json(document))
    (tmp_path / "bake.hcl").write_text(write_hcl(document))
    environment = {"STAGEPLAN_SOURCE_SCOPE": "main", "STAGEPLAN_IMAGE": "other/app", "B": "b"}
    names = [name for group in document.groups.values() for name in group]
    in_json, in_hcl = (
        {name: printed(suite, tmp_path / file, name, **environment) for name in names}
        for file in ("bake.json", "bake.hcl")
    )
    assert in_json == in_hcl
    as_json = in_json["tags-4"]
    assert as_json["tags"] == [f"other/app:{slug('Feature/${x}')}"]
    assert as_json["platforms"] == ["linux/arm64"]
    assert {name: value for name, value in as_json["args"].items() if name != "A"} == {"B": "b"}
    assert "other/app-cache:main__4__linux-arm64" in json.dumps(as_json["cache-from"])
    assert "cache-to" not in as_json


@pytest.mark.usefixtures("lab_ready")
def test_read_only_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "bake.json").write_text(
        write_json(bake_document(plan_of(image="r/app", strategy="registry"), version="0"))
    )
    found = printed("trixie", tmp_path / "bake.json", "build-4", STAGEPLAN_READ_ONLY="1")
    assert found["output"] == ["type=cacheonly"]
    assert {"cache-to", "tags"} & found.keys() == set()


@pytest.mark.usefixtures("lab_ready")
def test_a_scope_becomes_the_same_tag_as_in_a_plan(tmp_path: Path) -> None:
    functions = {
        name: {"params": parameters, "result": template(text_of(result))}
        for name, (parameters, result) in FUNCTIONS.items()
        if name in {"slug", "tag_characters"}
    }
    scopes = {str(number): name for number, name in enumerate(NAMES)}
    arguments = {
        key: template(text_of(Expression(f"slug({_as_text(name)})"))) for key, name in scopes.items()
    }
    file = tmp_path / "bake.json"
    file.write_text(json.dumps({"function": functions, "target": {"t": {"args": arguments}}}))
    assert printed("trixie", file, "t")["args"] == {key: slug(name) for key, name in scopes.items()}


def _as_text(name: str) -> str:
    return quoted(text_of(name))

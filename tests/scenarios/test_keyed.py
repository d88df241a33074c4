"""`keyed` on real engines that are wiped before every build: what is there is neither built nor moved."""

from pathlib import Path

import pytest

import lab
from stageplan.plan.scope import slug
from tests.scenarios.keyed_project import (
    APP,
    BASE,
    DEPS,
    DOCKERFILE,
    SOURCE,
    STAGEPLAN,
    TEST,
    Project,
    requests_since,
)
from tests.scenarios.recorder import recorded

READ = {"GET /v2/", "HEAD manifests", "GET manifests"}


@pytest.fixture(params=["engine", "old_engine"])
def any_engine(request: pytest.FixtureRequest) -> lab.Engine:
    found: lab.Engine = request.getfixturevalue(request.param)
    return found


@pytest.mark.engine
def test_commit_after_commit(any_engine: lab.Engine, project: Project) -> None:
    commit_after_commit(any_engine, project, DOCKERFILE)


@pytest.mark.parametrize(
    "settings",
    [pytest.param("", id="by the registries"), pytest.param('builder = "default"\n', id="by the builder")],
)
def test_a_base_that_nothing_published_stands_on_is_packed_anew(
    engine: lab.Engine, project: Project, settings: str
) -> None:
    project.write(stageplan_toml=settings)
    content = (lab.layers.pack({"stamp": lab.layers.Entry()}), lab.layers.busybox())
    lab.push_layers(project.registry, "own:1", content)
    dockerfile = DOCKERFILE.replace("busybox:1.37 AS base", f"{project.registry.host}/own:1 AS base")
    project.write(Dockerfile=dockerfile)
    commit_after_commit(engine, project, dockerfile)
    packings = project.packings()
    assert (packings["base"], packings["prefix"], packings["app"]) == ({"zstd"}, {"zstd"}, {"gzip"})


def test_a_base_that_is_packed_here_is_not_fetched_again(engine: lab.Engine, project: Project) -> None:
    own = f"{project.registry.host}/own:1"
    layers = (lab.layers.pack({"stamp": lab.layers.Entry()}), lab.layers.busybox())
    lab.push_layers(project.registry, "own:1", layers)
    dockerfile = DOCKERFILE.replace("FROM base AS test", f"FROM {own} AS test")
    dockerfile = dockerfile.replace("busybox:1.37 AS base", f"{own} AS base")
    project.write(Dockerfile=dockerfile.replace("RUN grep", f"RUN --mount=from={own},target=/own grep"))
    began = len(project.registry.requests())
    ran = project.run(engine)
    assert [line.partition(":")[0] for line in ran].count("test") == len(TEST)
    assert project.packings()["base"] == {"zstd"}
    asked = project.registry.requests()[began:]
    packed = project.layers("base")
    assert packed
    assert not [line for line in asked for digest in packed if line.startswith("GET") and digest in line]
    engine.wipe()
    assert project.run(engine) == ()


def test_what_a_script_packs_serves_a_run(engine: lab.Engine, project: Project) -> None:
    lab.push_layers(project.registry, "own:1", (lab.layers.pack({"stamp": lab.layers.Entry()}),))
    tools = f"FROM {project.registry.host}/own:1 AS tools\nCOPY deps.txt /\n"
    project.write(Dockerfile=f"{tools}{DOCKERFILE}COPY --from=tools / /tools/\n")
    script = engine.run(*STAGEPLAN, "script", ".", *project.options(), cwd=project.folder).stdout
    project.write(build_sh=script)
    engine.run("sh", "build.sh", cwd=project.folder)
    assert project.packings()["base"] == {"zstd"}
    engine.wipe()
    assert project.run(engine) == ()


def commit_after_commit(engine: lab.Engine, project: Project, dockerfile: str) -> None:
    """Each commit runs what it changes and no more, on an engine that knows nothing."""
    assert project.run(engine) == (*BASE, *DEPS, *SOURCE, *TEST, *APP)
    assert project.output(engine) == "deps\napp\n"

    engine.wipe()
    project.write(app_txt="changed\n")
    assert project.run(engine) == (*SOURCE, *TEST, *APP)
    assert project.output(engine) == "deps\nchanged\n"

    engine.wipe()
    project.write(deps_txt="new\n")
    assert project.run(engine) == (*DEPS, *SOURCE, *TEST, *APP)

    engine.wipe()
    project.write(Dockerfile=dockerfile.replace("/all\n", "/all && echo more >> /all\n"))
    assert project.run(engine) == (f"{APP[1]} && echo more >> /all",)


def test_what_does_not_change_is_neither_built_nor_moved(
    engine: lab.Engine, project: Project, tmp_path: Path
) -> None:
    project.run(engine)
    run = (*STAGEPLAN, "run", ".", *project.options())
    refs, seen = project.refs(), len(project.registry.requests())
    assert recorded(engine, tmp_path, project.folder, *run) == []
    assert requests_since(project.registry, seen) <= READ
    assert project.refs() == refs

    # another branch: a tag of the same manifest
    asked = len(project.registry.requests())
    assert recorded(engine, tmp_path, project.folder, *run, "--scope", "Feature/x") == []
    assert requests_since(project.registry, asked) <= READ | {"PUT manifests", "HEAD blobs"}
    branch = f"app:{slug('Feature/x')}"
    assert project.refs() == refs | {branch: refs["app:main"]}

    # back to what was there before: the tag moves back
    project.write(app_txt="changed\n")
    project.run(engine)
    assert project.refs()["app:main"] != refs["app:main"]
    project.write(app_txt="app\n")
    assert project.run(engine) == ()
    assert project.refs()["app:main"] == refs["app:main"]


def test_a_pull_request_writes_nothing_and_takes_what_is_there(engine: lab.Engine, project: Project) -> None:
    project.run(engine)
    refs = project.refs()
    project.write(app_txt="changed\n")
    engine.wipe()
    before = len(project.registry.requests())
    assert project.run(engine, "--read-only", "--scope", "pr", "--fallback-scope", "main") == (
        *SOURCE,
        *TEST,
        *APP,
    )
    assert not {kind for kind in requests_since(project.registry, before) if kind.startswith(("P", "DELETE"))}
    assert project.refs() == refs

    project.write(Dockerfile=DOCKERFILE.replace("grep -q . app.out", "grep -q nothing app.out"))
    assert "stage 'test' failed at 'RUN grep -q nothing app.out'" in project.fails(engine, "--read-only")


def test_a_last_stage_that_fails_keeps_the_others_and_the_tag(engine: lab.Engine, project: Project) -> None:
    project.run(engine)
    refs = project.refs()
    project.write(deps_txt="new\n", Dockerfile=DOCKERFILE.replace("RUN cp", "RUN false && cp"))
    engine.wipe()
    assert "stage 'app' failed at 'RUN false && cp" in project.fails(engine)
    new = project.refs().keys() - refs.keys()
    assert {"artifact", "prefix"} <= {ref.partition(":")[2].partition("-")[0] for ref in new}
    assert project.refs()["app:main"] == refs["app:main"]

    engine.wipe()
    project.write(Dockerfile=DOCKERFILE)
    ran = project.run(engine)
    assert ran in {APP, (*TEST, *APP)}  # the test may have been done beside what failed
    assert project.output(engine) == "new\napp\n"


def test_two_runners_may_build_the_same(engine: lab.Engine, old_engine: lab.Engine, project: Project) -> None:
    running = [project.start(engine), project.start(old_engine)]
    told = [each.communicate(timeout=300)[0] for each in running]
    assert [each.returncode for each in running] == [0, 0], told
    assert project.output(engine) == project.output(old_engine) == "deps\napp\n"
    engine.wipe()
    assert project.run(engine) == ()


def test_the_script_alone_builds_and_pushes(engine: lab.Engine, project: Project) -> None:
    options = project.options()
    engine.run(*STAGEPLAN, "script", ".", *options, "-o", "../build.sh", cwd=project.folder)
    for shell in ("dash", "bash"):
        engine.run(shell, "../build.sh", cwd=project.folder)
        assert project.output(engine) == "deps\napp\n"
    assert project.run(engine) == ()


def test_what_has_no_key_is_built_with_the_cache_of_the_builder(engine: lab.Engine, project: Project) -> None:
    address = f"http://{project.registry.host}/v2/"
    project.write(Dockerfile=DOCKERFILE.replace("RUN cp", f"ADD {address} /index\nRUN cp"))
    ran = project.run(engine)
    assert ran[-2:] == (f"app: ADD {address} /index", APP[1])
    assert "app-cache:main__app" in project.refs()

    engine.wipe()
    assert project.run(engine) == (f"app: ADD {address} /index",)  # it is asked for each time
    assert project.output(engine) == "deps\napp\n"


def test_what_is_built_anew(engine: lab.Engine, project: Project) -> None:
    random = "cat /proc/sys/kernel/random/uuid >"  # leaves something else each time it runs
    project.write(Dockerfile=DOCKERFILE.replace("RUN echo tools >", f"RUN {random}"))
    project.run(engine)
    refs = project.refs()
    assert project.run(engine, "--no-cache", "build")[:4] == (*DEPS, *SOURCE)
    assert changed_forms(refs, project.refs()) >= {"artifact", "prefix"}

    refs = project.refs()
    base = f"base: RUN {random} /tools"
    assert base in project.run(engine, "--no-cache", "all")
    assert changed_forms(refs, project.refs()) == {"app", "artifact", "image", "marker", "prefix"}

    refs = project.refs()
    assert project.run(engine, "--max-age", "1h") == ()
    assert project.refs() == refs
    project.backdate("image-")
    assert base in project.run(engine, "--max-age", "1h")
    assert changed_forms(refs, project.refs()) >= {"image", "prefix"}
    assert project.run(engine, "--max-age", "1h") == ()


def changed_forms(before: dict[str, str], after: dict[str, str]) -> set[str]:
    """What kinds of refs were pushed over, those that only point at the newest aside."""
    return {
        ref.removeprefix("app-cache:").partition("-" if "-cache:" in ref else ":")[0]
        for ref, digest in before.items()
        if after[ref] != digest and "__" not in ref
    }


def test_a_published_image_says_what_it_was_made_of(engine: lab.Engine, project: Project) -> None:
    project.run(engine)
    image = f"{project.registry.host}/app:main"
    words = (*STAGEPLAN, "explain", "app", ".", "--against", image)
    assert "nothing that decides 'app' differs" in engine.run(*words, cwd=project.folder).stdout
    project.write(app_txt="changed\n")
    said = engine.run(*words, cwd=project.folder).stdout
    assert "files app.txt" in said
    assert "stages with another key: build, app" in said
    # a run that moves the tags elsewhere finds that it is known
    seen = len(project.registry.requests())
    project.write(app_txt="app\n")
    project.run(engine, "--scope", "topic")
    assert requests_since(project.registry, seen) <= READ | {"PUT manifests", "HEAD blobs"}

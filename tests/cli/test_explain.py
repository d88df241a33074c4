"""`explain`: what a key is made of, and what changed since a revision or a plan."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import lab

ALPINE = f"registry.example.org/alpine@sha256:{'1' * 64}"
DOCKERFILE = f"""\
FROM {ALPINE} AS deps
ARG VERSION=1
ARG API_TOKEN
COPY requirements.txt .
RUN install -r requirements.txt $VERSION
FROM deps AS app
COPY src/ /src/
CMD ["app"]
FROM scratch
COPY --from=app /x /
"""


def stageplan(folder: Path, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    own = {
        "DOCKER_HOST": f"unix://{folder}/none.sock",
        "HOME": str(folder.parent),
        "PATH": os.environ["PATH"],
        "XDG_CACHE_HOME": str(folder.parent / "cache"),
    }
    command = [sys.executable, "-m", "stageplan", *words]
    return subprocess.run(command, cwd=folder, env=own | env, capture_output=True, text=True, check=False)


def git(folder: Path, *words: str) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main")
    subprocess.run(["git", *identity, *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository whose only image is known, so that nobody has to be asked."""
    folder = tmp_path / "project"
    (folder / "src").mkdir(parents=True)
    for name, text in {"Dockerfile": DOCKERFILE, "requirements.txt": "a\n", "src/a": "a\n"}.items():
        (folder / name).write_text(text)
    images = tmp_path / "cache/stageplan/images"
    images.mkdir(parents=True)
    for platform in ("linux-amd64", "linux-arm64"):
        config = {"environment": {"PATH": "/bin"}, "onbuild": [], "working_directory": ""}
        (images / f"sha256-{'1' * 64}-{platform}.json").write_text(json.dumps(config))
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "first")
    return folder


def test_a_key_is_shown_line_by_line(project: Path) -> None:
    done = stageplan(
        project, "explain", "deps", "--offline", "--platform=linux/amd64", "--build-arg=API_TOKEN=t0ps3cret"
    )
    assert (done.returncode, done.stderr) == (0, "")
    head, key, files, empty, *inputs = done.stdout.splitlines()
    assert (head, key[:7], files[:7], empty) == ("deps  Dockerfile:1", "key    ", "files  ", "")
    assert [line[:78] for line in inputs] == [
        "    1  platform  linux/amd64",
        f"       base      {ALPINE[:61]}",
        "    2  ARG       VERSION=1",
        "    3  ARG       API_TOKEN=(hidden)",
        "    4  COPY      requirements.txt .",
        f"       files     requirements.txt  {inputs[5].split()[-1]}",
        "    5  RUN       install -r requirements.txt $VERSION",
    ]
    assert "t0ps3cret" not in done.stdout


def test_a_stage_without_a_name_goes_by_the_builders_name_for_it(project: Path) -> None:
    done = stageplan(project, "explain", "stage-2", "--offline")
    assert done.stdout.splitlines()[0] == "stage-2  Dockerfile:9"


def test_no_key_is_told_with_its_reason(project: Path) -> None:
    (project / "Dockerfile").write_text("FROM registry.example.org/other:1 AS other\n")
    done = stageplan(project, "explain", "other", "--offline")
    assert done.returncode == 0
    assert done.stdout.splitlines()[1] == (
        "no key: the digest of 'registry.example.org/other:1' is not known: "
        "nobody was asked, and stageplan.lock does not have it"
    )


def test_json_has_whole_digests(project: Path) -> None:
    document = json.loads(stageplan(project, "explain", "app", "--offline", "--json").stdout)
    assert list(document) == ["version", "stage", "line", "key", "state", "files", "unkeyed", "inputs"]
    assert [(item["kind"], item["name"], item["line"]) for item in document["inputs"]] == [
        ("base-stage", "deps", 6),
        ("instruction", "COPY", 7),
        ("files", "src/", 7),
        ("setting", "CMD", 8),
    ]
    assert {len(document[name]) for name in ("key", "state", "files")} == {64}


def change(project: Path) -> None:
    text = DOCKERFILE.replace("VERSION=1", "VERSION=2").replace('"app"', '"app", "-v"')
    (project / "Dockerfile").write_text(text)
    (project / "src/a").write_text("aa\n")
    (project / "src/b").write_text("b\n")


CHANGED = """\
'stage-2' differs from {against}:

deps
  changed  line 2: ARG VERSION: 1 -> 2
app
  changed  line 6: base stage deps
  changed  line 7: files src/: src/a changed, src/b added
  changed  line 8: CMD: ["app"] -> ["app", "-v"]
stage-2
  changed  line 10: from stage app

stages with another key: deps, app, stage-2
"""


def test_what_changed_since_a_revision(project: Path) -> None:
    change(project)
    done = stageplan(project, "explain", "stage-2", "--offline", "--against=HEAD")
    assert (done.stdout, done.stderr) == (CHANGED.format(against="HEAD"), "")


def test_a_change_that_does_not_concern_a_stage(project: Path) -> None:
    (project / "src/a").write_text("aa\n")
    done = stageplan(project, "explain", "deps", "--offline", "--against=main")
    assert (
        done.stdout
        == "nothing that decides 'deps' differs from main\n\nstages with another key: app, stage-2\n"
    )


def test_nothing_changed_in_a_checkout_of_the_revision(project: Path) -> None:
    (project / "Dockerfile").write_text(f"# a comment\n{DOCKERFILE}")
    done = stageplan(project, "explain", "stage-2", "--offline", "--against=HEAD")
    assert done.stdout == "nothing that decides 'stage-2' differs from HEAD\n"


def test_changes_as_json(project: Path) -> None:
    change(project)
    done = stageplan(project, "explain", "app", "--offline", "--against=HEAD", "--json")
    changes = json.loads(done.stdout)["changes"]
    assert (changes["against"], [stage["name"] for stage in changes["stages"]]) == (
        "HEAD",
        ["deps", "app", "stage-2"],
    )
    argument, files = changes["stages"][0]["inputs"][0], changes["stages"][1]["inputs"][1]
    assert argument == {
        "change": "changed",
        "kind": "argument",
        "name": "VERSION",
        "line": 2,
        "before": "1",
        "after": "2",
        "paths": [],
    }
    assert files["paths"] == [{"path": "src/a", "change": "changed"}, {"path": "src/b", "change": "added"}]


def keyed_plan(project: Path, name: str) -> Path:
    """A plan file of the project as it is now."""
    path = project.parent / name
    words = ("--strategy", "keyed", "--image", "r.example.com/app", "--scope", "main", "--offline")
    done = stageplan(project, "plan", ".", *words, "-o", str(path))
    assert done.returncode == 0, done.stderr
    return path


def test_what_changed_since_a_plan_is_told_without_old_values(project: Path) -> None:
    plan = keyed_plan(project, "plan.json")
    assert plan.read_bytes() == keyed_plan(project, "again.json").read_bytes()
    change(project)
    done = stageplan(project, "explain", "stage-2", "--offline", f"--against={plan}")
    assert (done.stderr, done.stdout) == (
        "",
        f"""\
'stage-2' differs from {plan}:

deps
  changed  line 2: ARG VERSION=2
app
  changed  line 6: base stage deps
  changed  line 7: files src/
  changed  line 8: CMD ["app", "-v"]
stage-2
  changed  line 10: from stage app

stages with another key: deps, app, stage-2
""",
    )


NAME_ONE = "hint: name a branch, a tag or a commit, an image with its registry, or a plan that ends in .json"


@pytest.mark.parametrize(
    ("against", "message"),
    [
        pytest.param(
            "nowhere",
            f"error[no-such-revision]: git knows no 'nowhere' of '.'\n{NAME_ONE}\n",
            id="no such revision",
        ),
        pytest.param(
            "localhost:5/app:main",
            f"error[no-such-revision]: git knows no 'localhost:5/app:main' of '.'\n{NAME_ONE}\n",
            id="no registry is asked",
        ),
        pytest.param(
            f"{os.getcwd()}/fixtures/plans/registry/plan.json",  # noqa: PTH109
            f"error[plan-without-keys]: '{os.getcwd()}/fixtures/plans/registry/plan.json' is a plan of the "  # noqa: PTH109
            "strategy 'registry', which makes no keys\n"
            "hint: compare with a git revision, or with a plan of the strategy 'keyed'\n",
            id="plan without keys",
        ),
    ],
)
def test_what_cannot_be_compared_with(project: Path, against: str, message: str) -> None:
    done = stageplan(project, "explain", "deps", "--offline", f"--against={against}")
    assert (done.returncode, done.stderr) == (2, message)


def test_a_base_that_moved(tmp_path: Path, registry: lab.Registry) -> None:
    lab.push_image(registry, "base:1")
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "Dockerfile").write_text(f"FROM {registry.host}/base:1 AS app\nRUN a\n")
    before = json.loads(stageplan(folder, "explain", "app", "--json").stdout)
    lab.push_image(registry, "base:1", revision=2)
    after = json.loads(stageplan(folder, "explain", "app", "--json").stdout)
    assert before["key"] != after["key"]
    assert [
        one["kind"] for one, two in zip(before["inputs"], after["inputs"], strict=True) if one != two
    ] == ["base-image"]


def test_an_image_of_which_nothing_is_known(project: Path, registry: lab.Registry) -> None:
    lab.push_image(registry, "app:main")
    host = registry.host
    hint = "hint: name an image that `stageplan run --strategy keyed` published, a git revision or a plan\n"
    unknown = stageplan(project, "explain", "deps", f"--against={host}/app:main")
    what = f"error[image-without-keys]: '{host}/app-cache' does not know what '{host}/app:main' was made of"
    assert (unknown.returncode, unknown.stderr) == (2, f"{what}\n{hint}")
    absent = stageplan(project, "explain", "deps", f"--against={host}/app:other")
    what = f"error[image-without-keys]: there is no image '{host}/app:other'"
    assert (absent.returncode, absent.stderr) == (2, f"{what}\n{hint}")


def test_a_branch_may_look_like_an_image(project: Path) -> None:
    git(project, "branch", "localhost/app")
    done = stageplan(project, "explain", "deps", "--against=localhost/app")
    assert done.stdout == "nothing that decides 'deps' differs from localhost/app\n"

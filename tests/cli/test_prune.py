"""`stageplan prune`: what it prints, what it refuses, and what it is told to keep."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import lab
from stageplan.cli.prune import command as prune_command
from stageplan.cli.prune_kept import with_named
from stageplan.cli.prune_rules import repositories_of
from stageplan.cli.request import read_request
from stageplan.retention.rules import Rules
from tests.scenarios.pushed import Pushed

KEYED = "FROM scratch AS a\nCOPY x /\nFROM scratch\nCOPY --from=a /x /y\n"
IDENTITY = ("-c", "user.name=a", "-c", "user.email=a@example.org")


def stageplan(folder: Path, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    nobody = {"DOCKER_HOST": f"unix://{folder}/none.sock", "HOME": str(folder), "PATH": os.environ["PATH"]}
    command = [sys.executable, "-m", "stageplan", *words]
    return subprocess.run(command, cwd=folder, env=nobody | env, capture_output=True, text=True, check=False)


def prune(folder: Path, registry: lab.Registry, *words: str, **env: str) -> str:
    """What it writes to stdout, the registry's name and digests left out."""
    image = f"{registry.host}/app"
    done = stageplan(folder, "prune", "--image", image, "--keep-scope", "main", *words, **env)
    assert done.returncode == 0, done.stderr
    return re.sub(r"sha256:\w{12}", "DIGEST", done.stdout).replace(registry.host, "HOST")


def fates(folder: Path, registry: lab.Registry, *words: str, **env: str) -> dict[str, str]:
    """Why each tag goes, with a `-` before it, or stays."""
    found = json.loads(prune(folder, registry, "--json", *words, **env))
    goes = {each["tag"]: f"-{each['why']}" for each in found["goes"]}
    return goes | {each["tag"]: each["why"] for each in found["stays"]}


@pytest.fixture
def pushed(registry: lab.Registry) -> lab.Registry:
    """A registry with two scopes, one of them with an index, and a key that both name."""
    cache, image = Pushed(f"{registry.host}/app-cache"), Pushed(f"{registry.host}/app")
    key = f"image-{'0' * 64}"
    cache.image("main__dep", layers=[b"shared" * 100], days=40)
    cache.image("topic__dep", layers=[b"shared" * 100, b"own" * 100], days=40)
    cache.image("topic__k", key, layers=[b"app" * 100], days=40)
    image.index("topic", of=[image.image(layers=[b"one"], days=40)])
    image.image("latest", layers=[b"latest"], days=40)
    return registry


TABLE = """\
goes
  app:topic             DIGEST  40 d  809 B   scope 'topic' goes
  app-cache:topic__dep  DIGEST  40 d  1.0 kB  scope 'topic' goes
  app-cache:topic__k    DIGEST  40 d  0 B     scope 'topic' goes; its manifest stays for 'image-000000000000…'

stays
  app:latest                     DIGEST  40 d  no cache has its scope, so it may be anybody's
  app-cache:image-000000000000…  DIGEST  40 d  no rule reaches it
  app-cache:main__dep            DIGEST  40 d  scope 'main' is kept

3 tags and 1 manifest without a tag to go, which frees 1.8 kB
3 tags to stay; those of stageplan take 2.0 kB
"""


def test_the_table(tmp_path: Path, pushed: lab.Registry) -> None:
    assert prune(tmp_path, pushed, "--scope", "topic") == TABLE


def test_nothing_is_deleted_without_yes(tmp_path: Path, pushed: lab.Registry) -> None:
    image = f"{pushed.host}/app"
    words = ("prune", "--image", image, "--keep-scope", "main", "--older-than", "30d")
    done = stageplan(tmp_path, *words)
    assert done.stderr == "nothing is deleted without --yes\n"
    assert "4 tags" not in stageplan(tmp_path, *words, "--max-size", "1TB").stdout
    done = stageplan(tmp_path, *words, "--yes")
    told = sorted(line.replace(f"deleted {image}-cache:", "") for line in done.stderr.splitlines())
    assert told == [f"image-{'0' * 64}", "topic__dep", "topic__k"]
    assert "topic__dep" not in stageplan(tmp_path, *words).stdout


def test_branches_of_a_remote(tmp_path: Path, pushed: lab.Registry) -> None:
    def git(*words: str) -> None:
        subprocess.run(["git", *IDENTITY, *words], cwd=tmp_path, check=True, capture_output=True)

    git("init", "-q", "-b", "trunk", "origin")
    git("-C", "origin", "commit", "-q", "--allow-empty", "-m", "x")
    git("clone", "-q", "origin", "clone")
    clone = tmp_path / "clone"
    assert fates(clone, pushed, "--gone")["topic"] == "-no branch or tag has this scope"
    git("-C", "origin", "tag", "-a", "-m", "x", "topic")
    assert fates(clone, pushed, "--gone")["topic"] == "an image goes with its scope alone"
    assert fates(clone, pushed, "--scope", "topic")["topic"] == "'topic' is still a branch or tag"
    done = stageplan(clone, "prune", "--image", f"{pushed.host}/app", "--scope", "trunk", "--json")
    assert done.returncode == 0  # the remote tells which branch is the default one
    assert json.loads(done.stdout)["goes"] == []


def test_what_a_plan_names(tmp_path: Path, pushed: lab.Registry) -> None:
    (tmp_path / "Dockerfile").write_text(KEYED)
    (tmp_path / "x").write_text("x")
    words = ("plan", "--offline", "--image", f"{pushed.host}/app", "--strategy", "registry", "--split", "all")
    done = stageplan(tmp_path, *words, "--scope", "topic", "-o", "plan.json")
    assert done.returncode == 0, done.stderr
    there = Pushed(f"{pushed.host}/app-cache")
    there.image("topic__a", layers=[b"a"])
    found = fates(tmp_path, pushed, "--scope", "topic", "--keep-plan", "plan.json")
    assert found["topic__a"] == found["topic"] == "'plan.json' names it"
    assert found["topic__dep"] == "-scope 'topic' goes"


def test_what_the_lock_file_names(tmp_path: Path, pushed: lab.Registry) -> None:
    digest = Pushed(f"{pushed.host}/app-cache").image("topic__base", layers=[b"base"])
    (tmp_path / "stageplan.lock").write_text(
        json.dumps({"version": 1, "images": {"team/base:1": {"digest": digest}}})
    )
    found = fates(tmp_path, pushed, "--scope", "topic")
    assert found["topic__base"] == "the lock file names it as 'team/base:1'"


def image_tag(folder: Path, *words: str) -> str:
    """The tag of the image by key that a build would push."""
    offline = ("plan", "--strategy", "keyed", "--image", "r.test/app", "--offline", "--json", *words)
    steps = json.loads(stageplan(folder, *offline).stdout)["steps"]
    tags = [tag for step in steps for tag in step.get("tags", ()) if "{cache_image}:image-" in tag]
    return str(tags[0].rpartition(":")[2])


def test_what_a_build_of_the_checkout_takes(tmp_path: Path, pushed: lab.Registry) -> None:
    (tmp_path / "Dockerfile").write_text(KEYED)
    (tmp_path / "x").write_text("x")
    amd, arm = (image_tag(tmp_path, "--platform", f"linux/{name}") for name in ("amd64", "arm64"))
    cache = Pushed(f"{pushed.host}/app-cache")
    for tag in (amd, arm):
        cache.image(tag, layers=[tag.encode()])
    old = ("--older-than", "30d", "--platform")
    found = fates(tmp_path, pushed, *old, "linux/amd64, linux/arm64")
    assert found[amd] == found[arm] == "a build of this checkout takes it"
    assert found[f"image-{'0' * 64}"] == "-older than 30 d"
    assert fates(tmp_path, pushed, *old, "linux/amd64")[arm] == "-older than 30 d"
    (tmp_path / "x").write_text("changed")
    assert fates(tmp_path, pushed, *old, "linux/amd64")[amd] == "-older than 30 d"


IMAGE = ("--image", "127.0.0.1:1/app")


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        pytest.param(
            ("--gone",),
            2,
            "error[prune-image]: nothing says which repository to look into\nhint: name it with --image\n",
            id="no image",
        ),
        pytest.param(
            IMAGE,
            2,
            "error[no-retention-rule]: nothing says what may go\n"
            "hint: give --gone, --scope, --older-than, --keep or --max-size, or several of them\n",
            id="no rule",
        ),
        pytest.param(
            (*IMAGE, "--keep", "3", "--keep-scope", "release-*"),
            2,
            "error[no-default-branch]: nobody tells which branch is the default one, whose caches all others "
            "fall back to\nhint: name it with --keep-scope\n",
            id="no default branch",
        ),
        pytest.param(
            (*IMAGE, "--gone", "--remote", "upstream"),
            5,
            "error[no-remote]: git remote 'upstream' does not tell which branches it has\n"
            "hint: run it in a clone that may fetch, or name what goes with --scope\n",
            id="no remote",
        ),
        pytest.param(
            ("--image", "r.test/{target}", "--keep", "3"),
            2,
            "error[prune-targets]: '--image r.test/{target}' is one repository for each target, and none is "
            "named\nhint: name the targets with --target\n",
            id="no targets",
        ),
        pytest.param(
            ("--image", "r.test/app:main", "--keep", "3"),
            2,
            "error[image-with-tag]: '--image r.test/app:main' has a tag or digest\n"
            "hint: name the repository; tags go to --tag\n",
            id="a tag",
        ),
        pytest.param(
            (*IMAGE, "--keep-scope", "main", "--older-than", "a month"),
            2,
            "error[bad-age]: '--older-than a month' is no age\nhint: write it as 90m, 12h, 7d or 2w\n",
            id="age",
        ),
        pytest.param(
            (*IMAGE, "--keep-scope", "main", "--max-size", "20"),
            2,
            "error[bad-size]: '--max-size 20' is no size\nhint: write it as 20GB or 500MiB\n",
            id="size",
        ),
        pytest.param(
            (*IMAGE, "--keep-scope", "main", "--keep", "3"),
            5,
            "error[registry-unreachable]: registry '127.0.0.1:1' cannot be reached: connection refused\n"
            "hint: check its name and the network, and that it runs\n",
            id="no registry",
        ),
    ],
)
def test_refused(tmp_path: Path, words: tuple[str, ...], code: int, message: str) -> None:
    done = stageplan(tmp_path, "prune", *words)
    assert (done.stderr, done.stdout, done.returncode) == (message, "", code)


def test_a_registry_that_deletes_nothing(tmp_path: Path) -> None:
    with lab.Registry(deletes=False) as registry:
        Pushed(f"{registry.host}/app-cache").image("topic__a", layers=[b"a"])
        words = ("prune", "--image", f"{registry.host}/app", "--keep-scope", "main", "--scope", "topic")
        done = stageplan(tmp_path, *words, "--yes")
        assert done.returncode == 5
        assert done.stderr.endswith(
            "hint: let the registry delete in its settings, or use the retention rules of its own\n"
        )


def test_several_images(tmp_path: Path, registry: lab.Registry) -> None:
    for name in ("web", "api", "caches"):
        Pushed(f"{registry.host}/{name}").image("topic__a", layers=[b"a"])
    image = f"{registry.host}/{{target}}"
    words = (
        "--image",
        image,
        "--target",
        "web",
        "--target",
        "api",
        "--cache-image",
        f"{registry.host}/caches",
    )
    done = stageplan(tmp_path, "prune", *words, "--keep-scope", "main", "--scope", "topic", "--json")
    assert [each["repository"] for each in json.loads(done.stdout)["goes"]] == [
        f"{registry.host}/{name}" for name in ("api", "caches", "web")
    ]


def test_a_repository_may_be_written_in_several_ways(tmp_path: Path) -> None:
    images = ("--image", "app", "--image", "docker.io/library/app", "--cache-image", "library/app")
    request = read_request(".", prune_command.make_context("prune", [*images], resilient_parsing=True).params)
    assert repositories_of(request) == ("library/app",)
    (tmp_path / "Dockerfile").write_text("FROM scratch\nCOPY x /\nCOPY x /y\n")
    (tmp_path / "x").write_text("x")
    plan = str(tmp_path / "plan.json")
    words = ("plan", "--offline", "--image", "library/app", "--scope", "topic", "-o", plan)
    assert stageplan(tmp_path, *words).returncode == 0
    rules = with_named(Rules(now=0), [plan], ["docker.io/library/app"])
    assert rules.kept_refs["docker.io/library/app:topic"] == f"'{plan}' names it"


def test_the_settings_file_names_image_and_fallback_scopes(tmp_path: Path, pushed: lab.Registry) -> None:
    settings = f'image = "{pushed.host}/app"\nfallback-scope = ["topic"]\nscope = "main"\n'
    (tmp_path / "stageplan.toml").write_text(settings)
    done = stageplan(tmp_path, "prune", "--older-than", "30d", "--json")
    assert done.returncode == 0, done.stderr
    assert [each["tag"] for each in json.loads(done.stdout)["goes"]] == ["main__dep"]

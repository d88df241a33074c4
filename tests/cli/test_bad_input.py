"""What a user sees when something is wrong: words, a hint, an exit code, and nothing written."""

import subprocess
import sys
from pathlib import Path

import pytest

GOOD = "FROM scratch AS builder\nRUN x\n\nFROM scratch\nCOPY --from=builder /x /y\n"
OFFLINE = ("plan", "--offline", "--image", "r.example.com/a")


def stageplan(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    env = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "DOCKER_HOST": f"unix://{folder}/none.sock"}
    command = [sys.executable, "-m", "stageplan", *words]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("text", "words", "code", "message"),
    [
        pytest.param(
            *(None, ("graph",), 2),
            "error[no-such-file]: there is no file 'Dockerfile'\n",
            id="no Dockerfile",
        ),
        pytest.param(
            *("", ("graph",), 3),
            "Dockerfile:1:1: error[empty-file]: the Dockerfile cannot be empty\n",
            id="empty",
        ),
        pytest.param(
            *("# only words\n", ("graph",), 3),
            "Dockerfile:1:1: error[no-instructions]: file with no instructions\n",
            id="only comments",
        ),
        pytest.param(
            *("FROM a\nRUNN x\n", ("graph",), 3),
            "Dockerfile:2:1: error[unknown-instruction]: "
            "dockerfile parse error on line 2: unknown instruction: RUNN\n"
            "2 | RUNN x\n    ^^^^\nhint: did you mean 'RUN'?\n",
            id="unknown instruction",
        ),
        pytest.param(
            *("RUN x\nFROM a\n", ("graph",), 3),
            "Dockerfile:1:1: error[before-from]: no build stage in current context\n",
            id="instruction before FROM",
        ),
        pytest.param(
            *(GOOD, ("graph", "--target", "bulder"), 2),
            'error[no-such-target]: target stage "bulder" could not be found\n'
            "hint: did you mean 'builder'?\n",
            id="unknown target",
        ),
        pytest.param(
            *("FROM a AS x\nCOPY --from=x /a /b\n", ("graph",), 3),
            "Dockerfile:2:6: error[stage-cycle]: circular dependency detected on stage: x\n",
            id="a stage that copies from itself",
        ),
        pytest.param(
            *(
                "FROM scratch AS a\nFROM scratch AS b\nCOPY --from=c /a /b\nFROM scratch AS c\n",
                ("graph", "--target", "a", "--target", "b"),
                3,
            ),
            'Dockerfile:3:6: error[stage-order]: cannot copy from stage "c", it needs to be defined before '
            'current stage "b"\n',
            id="the second of two targets",
        ),
        pytest.param(
            *(GOOD, (*OFFLINE, "--strategy", "regstry"), 2),
            "error[unknown-strategy]: there is no strategy 'regstry'\nhint: did you mean 'registry'?\n",
            id="unknown strategy",
        ),
        pytest.param(
            *(GOOD, (*OFFLINE, "--cache-option", "mode=maximum"), 2),
            "error[cache-option-value]: '--cache-option mode=maximum' is no value of the registry cache\n",
            id="a value that BuildKit takes for another",
        ),
        pytest.param(
            *(
                GOOD,
                (*OFFLINE, "--cache-image", "r.example.com/a", "--tag", "main__builder", "--scope", "main"),
                2,
            ),
            "error[two-exports]: 'r.example.com/a:main__builder' is written by 'build:builder' "
            "and by 'build:1'\n",
            id="a cache ref that is also a tag of the image",
        ),
        pytest.param(
            *(GOOD, ("plan", "--offline", "--image", "r.example.com/a:v1"), 2),
            "error[image-with-tag]: '--image r.example.com/a:v1' has a tag or digest\n",
            id="image with a tag",
        ),
        pytest.param(
            *(GOOD, (*OFFLINE, "-o", "nowhere/plan.json"), 2),
            "error[not-writable]: cannot write 'nowhere/plan.json': no such file or directory\n",
            id="output that cannot be written",
        ),
        pytest.param(
            *(GOOD, ("run",), 5),
            "error[engine-down]: the docker engine at 'unix://",
            id="no engine",
        ),
        pytest.param(
            *(GOOD, ("plan", "--image", "127.0.0.1:1/a"), 5),
            "error[registry-unreachable]: registry '127.0.0.1:1' cannot be reached: connection refused\n",
            id="no registry",
        ),
    ],
)
def test_it_says_what_is_wrong(
    tmp_path: Path, text: str | None, words: tuple[str, ...], code: int, message: str
) -> None:
    if text is not None:
        (tmp_path / "Dockerfile").write_text(text)
    done = stageplan(tmp_path, *words)
    assert done.returncode == code
    assert done.stderr.startswith(message)
    assert done.stdout == ""
    assert sorted(path.name for path in tmp_path.iterdir()) == (["Dockerfile"] if text is not None else [])


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        pytest.param(lambda plan: plan[:200], "error[plan-unreadable]: 'plan.json' is no JSON", id="cut off"),
        pytest.param(
            lambda plan: plan.replace('"version": 1', '"version": 9'),
            "error[plan-version]: 'plan.json' is no plan of version 1",
            id="another version",
        ),
        pytest.param(
            lambda plan: plan.replace('"build:builder"', '"build:other"', 1),
            "error[plan-invalid]: step 'build:1' needs 'build:builder', which does not come before it",
            id="edited so that steps do not fit",
        ),
        pytest.param(
            lambda plan: plan.replace('"dockerfile_digest": "sha256:', '"dockerfile_digest": "sha256:0'),
            "error[plan-stale]: 'plan.json' was made for another 'Dockerfile' than the one that is there now",
            id="of another Dockerfile",
        ),
    ],
)
def test_a_plan_that_is_no_good(tmp_path: Path, edit: object, message: str) -> None:
    (tmp_path / "Dockerfile").write_text(GOOD)
    assert stageplan(tmp_path, *OFFLINE, "-o", "plan.json").returncode == 0
    plan = (tmp_path / "plan.json").read_text()
    assert callable(edit)
    (tmp_path / "plan.json").write_text(edit(plan))
    for command in ("script", "run"):
        done = stageplan(tmp_path, command, "plan.json")
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith(message)


def test_a_good_plan_becomes_a_script(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(GOOD)
    stageplan(tmp_path, *OFFLINE, "-o", "plan.json")
    by_plan = stageplan(tmp_path, "script", "plan.json")
    assert by_plan.returncode == 0
    assert by_plan.stdout == stageplan(tmp_path, "script", "--image", "r.example.com/a").stdout

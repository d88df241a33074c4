from contextlib import suppress

import click
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stageplan.cli.options import plan_options
from stageplan.errors import UsageError
from stageplan.settings.file import Settings, read_settings

WHOLE = """
file = "docker/Dockerfile"
target = ["app", "worker"]
check = "tests"
tag = ["latest"]
build-arg = { VERSION = "1.2", JOBS = 4 }
build-context = ["base=docker-image://busybox"]
secret = ["id=npm,env=TOKEN"]
ssh = "default"
platform = "linux/arm64"
image = "registry.example.org/{target}"
cache-image = "registry.example.org/cache"
cache-dir = "/mnt/cache"
strategy = "registry"
split = "all"
engine = "docker"
builder = "big"
scope = "main"
fallback-scope = ["main", "v1"]
read-only = false
no-cache = "base"
max-age = "7d"

[cache-option]
compression = "zstd"
"""


KNOWN = (
    "file, target, check, tag, build-arg, build-context, secret, ssh, platform, image, "
    "cache-image, cache-dir, cache-option, strategy, split, engine, builder, "
    "pack-builder, scratch-registry, scope, "
    "fallback-scope, read-only, no-cache, max-age"
)


def test_every_key_fills_its_field() -> None:
    assert read_settings(WHOLE, path="stageplan.toml") == Settings(
        file="docker/Dockerfile",
        targets=("app", "worker"),
        checks=("tests",),
        tags=("latest",),
        build_args=("VERSION=1.2", "JOBS=4"),
        build_contexts=("base=docker-image://busybox",),
        secrets=("id=npm,env=TOKEN",),
        ssh=("default",),
        platform="linux/arm64",
        image="registry.example.org/{target}",
        cache_image="registry.example.org/cache",
        cache_dir="/mnt/cache",
        cache_options=("compression=zstd",),
        strategy="registry",
        split="all",
        engine="docker",
        builder="big",
        scope="main",
        fallback_scopes=("main", "v1"),
        read_only=False,
        no_cache=("base",),
        max_age="7d",
    )


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        pytest.param("stageplan.toml", "", Settings(), id="empty"),
        pytest.param("pyproject.toml", "[project]\nname = 'x'\n", None, id="pyproject of others"),
        pytest.param("pyproject.toml", "[tool.ruff]\nfile = 'x'\n", None, id="another tool"),
        pytest.param("pyproject.toml", "[tool.stageplan]\n", Settings(), id="pyproject, empty"),
        pytest.param(
            "sub/pyproject.toml",
            "[tool.stageplan]\nscope = 'x'\n[tool.stageplan.build-arg]\nA = 'b'\n",
            Settings(scope="x", build_args=("A=b",)),
            id="pyproject",
        ),
    ],
)
def test_where_settings_stand(path: str, text: str, expected: Settings | None) -> None:
    assert read_settings(text, path=path) == expected


@pytest.mark.parametrize(
    ("path", "text", "message"),
    [
        pytest.param(
            "stageplan.toml",
            "scope = 'x'\ntargets = ['app']\n",
            "stageplan.toml:2:1: error[settings-key]: there is no setting 'targets'\n"
            "2 | targets = ['app']\n"
            "    ^^^^^^^\n"
            "hint: did you mean 'target'?",
            id="near miss",
        ),
        pytest.param(
            "stageplan.toml",
            "  cache_image = 'x'\n",
            "stageplan.toml:1:3: error[settings-key]: there is no setting 'cache_image'\n"
            "1 |   cache_image = 'x'\n"
            "      ^^^^^^^^^^^\n"
            "hint: did you mean 'cache-image'?",
            id="underscore",
        ),
        pytest.param(
            "pyproject.toml",
            "[tool.other]\ncolour = 1\n[tool.stageplan]\ncolour = 1\n",
            "pyproject.toml:4:1: error[settings-key]: there is no setting 'colour'\n"
            "4 | colour = 1\n"
            "    ^^^^^^\n"
            f"hint: known are {KNOWN}",
            id="unknown, in the right table",
        ),
        pytest.param(
            "stageplan.toml",
            "[colour]\narg = 1\n",
            "stageplan.toml:1:2: error[settings-key]: there is no setting 'colour'\n"
            "1 | [colour]\n"
            "     ^^^^^^\n"
            f"hint: known are {KNOWN}",
            id="unknown table",
        ),
        pytest.param(
            "stageplan.toml",
            "read-only = 'yes'\n",
            "stageplan.toml:1:1: error[settings-value]: 'read-only' is not true or false\n"
            "1 | read-only = 'yes'\n"
            "    ^^^^^^^^^\n"
            "hint: write it as read-only = true",
            id="no flag",
        ),
        pytest.param(
            "stageplan.toml",
            "tag = [1]\n",
            "stageplan.toml:1:1: error[settings-value]: 'tag' is not a text or a list of texts\n"
            "1 | tag = [1]\n"
            "    ^^^\n"
            'hint: write it as tag = ["…", "…"]',
            id="no texts",
        ),
        pytest.param(
            "stageplan.toml",
            "split = 'none'\n",
            "stageplan.toml:1:1: error[settings-value]: 'split' is not one of 'stages', 'all' and 'targets'\n"
            "1 | split = 'none'\n"
            "    ^^^^^\n"
            'hint: write it as split = "stages"',
            id="no split",
        ),
        pytest.param(
            "pyproject.toml",
            "[tool.stageplan.build-arg]\nDEBUG = true\n",
            "pyproject.toml:1:2: error[settings-value]: "
            "'build-arg' is not a table of texts or a list of texts\n"
            "1 | [tool.stageplan.build-arg]\n"
            "     ^^^^^^^^^^^^^^^^^^^^^^^^\n"
            'hint: write it as build-arg = { NAME = "…" }',
            id="no pairs",
        ),
        pytest.param(
            "pyproject.toml",
            "[tool]\nstageplan = 1\n",
            "pyproject.toml:2:1: error[settings-value]: 'stageplan' is no table\n"
            "2 | stageplan = 1\n"
            "    ^^^^^^^^^",
            id="no table",
        ),
        pytest.param(
            "stageplan.toml",
            "scope = 'x'\nimage = oops\n",
            "stageplan.toml:2:9: error[settings-syntax]: invalid value\n"
            "2 | image = oops\n"
            "            ^\n"
            "hint: write it as TOML",
            id="no TOML",
        ),
        pytest.param(
            "stageplan.toml",
            'scope = """x\n',
            "stageplan.toml:1:13: error[settings-syntax]: unterminated string\n"
            '1 | scope = """x\n'
            "                ^\n"
            "hint: write it as TOML",
            id="end of the file",
        ),
    ],
)
def test_what_is_wrong_is_shown_where_it_stands(path: str, text: str, message: str) -> None:
    with pytest.raises(UsageError) as raised:
        read_settings(text, path=path)
    assert str(raised.value) == message


def test_every_shared_option_has_its_field() -> None:
    command = click.command()(plan_options(lambda: None))
    assert {parameter.name for parameter in command.params} <= set(Settings.__dataclass_fields__)


@settings(derandomize=True, deadline=None)
@given(st.text(), st.sampled_from(["stageplan.toml", "pyproject.toml"]))
def test_any_text_gives_settings_or_an_error(text: str, path: str) -> None:
    with suppress(UsageError):
        read_settings(text, path=path)

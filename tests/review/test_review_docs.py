"""The examples and tables of docs/pictures.md and docs/changes.md hold."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from stageplan.dockerfile.reader import read_dockerfile
from stageplan.graph import BuildOptions, build_graph
from stageplan.review.diff.rules import RULES
from stageplan.review.pictures.scene import scene_of
from stageplan.review.pictures.svg import svg

ROOT = Path(__file__).parents[2]
CHANGES = (ROOT / "docs/changes.md").read_text()
_EXAMPLE = re.compile(r"^    \$ stageplan (.*)\n((?:    .*\n|\n)+)", re.MULTILINE)
EXAMPLES = {
    command: re.sub(r"^    ", "", text, flags=re.MULTILINE) for command, text in _EXAMPLE.findall(CHANGES)
}


@pytest.mark.parametrize("command", EXAMPLES)
def test_example(command: str) -> None:
    words = [sys.executable, "-m", "stageplan", *shlex.split(command)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == EXAMPLES[command].strip()


def test_there_are_examples() -> None:
    assert len(EXAMPLES) == 3


def test_every_rule_is_told() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.*) \|$", CHANGES.partition("| rule |")[2], re.MULTILINE)
    assert rows == [(rule.name, rule.summary) for rule in RULES.values()]


def test_the_picture_of_the_demo_is_what_is_drawn_now(*, update_golden: bool) -> None:
    path = "fixtures/demo/Dockerfile"
    graph = build_graph(read_dockerfile((ROOT / path).read_bytes(), path), BuildOptions())
    picture = svg(scene_of(graph, (), (graph.find("test").index,)))
    golden = ROOT / "docs/demo.svg"
    if update_golden:
        golden.write_text(picture)
    assert golden.read_text() == picture


@pytest.mark.parametrize(("number", "schema"), [(0, "vendor.github-workflows"), (1, "vendor.gitlab-ci")])
def test_a_recipe_is_one_that_the_system_takes(tmp_path: Path, number: int, schema: str) -> None:
    file = tmp_path / "ci.yaml"
    file.write_text(re.findall(r"```yaml\n(.*?)```", CHANGES, re.DOTALL)[number])
    words = [str(Path(sys.executable).with_name("check-jsonschema")), "--builtin-schema", schema, str(file)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout

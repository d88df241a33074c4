"""What real builds copy, against what is said to be read."""

import os
import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

import lab
from stageplan.context.files import Reading, select_files
from stageplan.errors import DockerfileError, UsageError
from stageplan.system.tree import open_context

GENERATED = int(os.environ.get("STAGEPLAN_ENGINE_EXAMPLES", "40"))

Seen = tuple[frozenset[str], frozenset[str]] | str
"""The files and the targets of links that were copied; or what is missing; or `refused`."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """A build context, and one COPY of it.

    Attributes:
        files: path to link target, "" for a file; a file holds its own path.
        ignore: the ignore file.
        sources: of the COPY.
        excludes: of the COPY.
    """

    files: Mapping[str, str]
    ignore: str = ""
    sources: tuple[str, ...]
    excludes: tuple[str, ...] = ()

    def write(self, folder: Path) -> None:
        """The context, and beside it the Dockerfile with its ignore file."""
        (folder / "context").mkdir()
        for path, link in self.files.items():
            target = folder / "context" / path
            target.parent.mkdir(parents=True, exist_ok=True)
            if link:
                target.symlink_to(link)
            else:
                target.write_text(path)
        flags = " ".join(f"--exclude={exclude}" for exclude in self.excludes)
        (folder / "Dockerfile").write_text(
            f"FROM scratch\nCOPY <<E /stays\nE\nCOPY {flags} {' '.join(self.sources)} /copied/\n"
        )
        (folder / "Dockerfile.dockerignore").write_text(self.ignore)


def said(case: Case, folder: Path) -> Seen:
    """What stageplan says that the build reads."""
    try:
        view = open_context(folder / "context", folder / "Dockerfile")
        selected = select_files(view, Reading(sources=case.sources, excludes=case.excludes))
    except DockerfileError as error:
        if error.rule != "missing-source":
            return "refused"
        return error.message.removeprefix("failed to calculate checksum: ")
    except UsageError:
        return "refused"
    entries = [item.entry for item in selected]
    return (
        frozenset(entry.path for entry in entries if entry.kind == "file"),
        frozenset(entry.link for entry in entries if entry.kind == "symlink"),
    )


def built(engine: lab.Engine, folder: Path) -> Seen:
    """What a build copies."""
    result = engine.run(
        *[
            "docker",
            "buildx",
            "build",
            "--no-cache",
            "-f",
            "Dockerfile",
            "-o",
            "type=local,dest=out",
            "context",
        ],
        cwd=folder,
        check=False,
    )
    if result.returncode:
        missing = re.search(
            r"(\"/[^:]*\": not found|lstat /.*: no such file or directory)$", result.stderr.strip()
        )
        return missing[1] if missing else "refused"
    copied = list((folder / "out/copied").rglob("*"))
    return (
        frozenset(path.read_text() for path in copied if path.is_file() and not path.is_symlink()),
        frozenset(os.fspath(path.readlink()) for path in copied if path.is_symlink()),
    )


DEEP = {
    "top.md": "",
    "a/one.md": "",
    "a/two.py": "",
    "a/b/three.md": "",
    "c/four.py": "",
    "c/d/five.md": "",
    "c/to-file": "../a/one.md",
}
TRICKY = {
    "pattern through a directory": Case(files=DEEP, sources=("*/b",)),
    "pattern of files": Case(files=DEEP, sources=("?/[f-o]*.*",)),
    "a link below a source stays": Case(files=DEEP, sources=("c",)),
    "links as sources": Case(
        files=DEEP | {"l1": "l2", "l2": "c/d", "l3": "a/two.py"}, sources=("l1", "l3", "c/to-file")
    ),
    "a link on the way, and one that would lead out": Case(
        files=DEEP | {"way": "/c", "out": "../../a"}, sources=("way/d", "out/b")
    ),
    "a pattern behind a link": Case(files=DEEP | {"way": "c"}, sources=("way/*",)),
    "a pattern does not find the way through a link": Case(files=DEEP | {"way": "c"}, sources=("w*/d/*",)),
    "a link to nothing that a pattern finds": Case(files=DEEP | {"lost": "no"}, sources=("*",)),
    "a link to nothing in everything": Case(files=DEEP | {"lost": "no"}, sources=(".",)),
    "a link to nothing in everything but": Case(files=DEEP | {"lost": "no"}, sources=(".",), excludes=("a",)),
    "a link to nothing that is excluded": Case(files=DEEP | {"lost": "no"}, sources=(".",), excludes=("l*",)),
    "a link to nothing, excluded, that a pattern finds": Case(
        files=DEEP | {"lost": "no"}, sources=("l*",), excludes=("l*",)
    ),
    "links in a circle": Case(files=DEEP | {"x": "y", "y": "x"}, sources=("x",)),
    "a link to an ignored file": Case(files=DEEP | {"l": "a/one.md"}, ignore="a/*.md", sources=("l",)),
    "an ignored link": Case(files=DEEP | {"l": "a/one.md"}, ignore="l", sources=("l",)),
    "an ignored directory with an exception": Case(files=DEEP, ignore="a\n!a/b/*.md", sources=("a", "c")),
    "everything ignored but": Case(files=DEEP, ignore="**\n!c/d", sources=(".",)),
    "everything ignored": Case(files=DEEP, ignore="*", sources=(".",)),
    "an ignored directory as a pattern": Case(files=DEEP, ignore="a\n!a/b", sources=("[ab]",)),
    "a bar in the ignore file": Case(files=DEEP, ignore="a?|*.md", sources=(".",)),
    "an ignore file with a bad line": Case(files=DEEP, ignore="[", sources=(".",)),
    "a bad line that nothing reaches": Case(files=DEEP, ignore=r"*" + "\n" + r"\q*", sources=(".",)),
    "exclude by depth": Case(files=DEEP, sources=(".",), excludes=("*.md",)),
    "exclude at any depth": Case(files=DEEP, sources=(".",), excludes=("**/*.md", "!c/d/five.md")),
    "exclude is no matter of sources": Case(files=DEEP, sources=("top.md", "a"), excludes=("**/*.md",)),
    "exclude below what a pattern finds": Case(files=DEEP, sources=("[ac]",), excludes=("b", "d")),
    "a bad exclude": Case(files=DEEP, sources=("a",), excludes=("[a",)),
    "nothing there": Case(files=DEEP, sources=("nowhere",)),
    "nothing there, with an exclude": Case(files=DEEP, sources=("a/nowhere",), excludes=("x",)),
    "nothing below a file": Case(files=DEEP, sources=("top.md/x",)),
    "a pattern for nothing": Case(files=DEEP, sources=("*.rs", "to?")),
    "a pattern below nothing": Case(files=DEEP, sources=("no/x*/*",)),
    "a pattern below a link to nothing": Case(files=DEEP | {"lost": "no"}, sources=("lost/*",)),
    "a pattern below a file": Case(files=DEEP, sources=("top.md/*",)),
    "a link to nothing, with an exclude": Case(
        files=DEEP | {"lost": "no"}, sources=("lost",), excludes=("x",)
    ),
    "a bad pattern": Case(files=DEEP, sources=("[a",)),
    "out of the context": Case(files=DEEP, sources=("../../a/../c/./d/",)),
}


def generated(seed: int) -> Case:
    """A context with links and an ignore file, and a COPY that may be full of mistakes; names come once."""
    chance = random.Random(seed)  # noqa: S311 - the same cases each time
    folders = chance.sample(["a", "b", "a/c", "a/c/d", "b/c", "e/a"], 4)
    places = ["", *(f"{folder}/" for folder in folders)]
    files = {f"{chance.choice(places)}f{index}.{chance.choice(['md', 'py'])}": "" for index in range(8)}
    targets = [*folders, *files, "no", "../a", "/a/c", "c"]
    for index in range(chance.randint(0, 4)):
        files[f"{chance.choice(places)}l{index}"] = chance.choice(targets)
    patterns = [
        "*",
        "**",
        "a",
        "*/c",
        "?",
        "l*",
        "*.md",
        "**/*.py",
        "a/*",
        "[a-e]",
        "**/c",
        "f[0-3]*",
        *files,
    ]
    ignored = [chance.choice(["", "", "!"]) + chance.choice(patterns) for _ in range(chance.randint(0, 3))]
    excluded = chance.sample(
        [pattern for pattern in patterns if pattern != "**"], chance.choice([0, 0, 1, 2])
    )
    return Case(
        files=files,
        ignore="\n".join(ignored),
        sources=(chance.choice([".", "*", "a", "*/*", "l*", "a/c", "*/c", *files]),),
        excludes=tuple(excluded),
    )


@pytest.mark.parametrize(
    "case",
    [
        *(pytest.param(case, id=name) for name, case in TRICKY.items()),
        *(pytest.param(generated(seed), id=f"generated {seed}") for seed in range(GENERATED)),
    ],
)
def test_a_build_copies_what_is_said_to_be_read(
    running_engine: lab.Engine, tmp_path: Path, case: Case
) -> None:
    case.write(tmp_path)
    assert said(case, tmp_path) == built(running_engine, tmp_path)


@pytest.fixture(scope="module")
def running_engine(_engine: lab.Engine) -> lab.Engine:
    """One engine for all cases: nothing that one leaves behind changes what another copies."""
    _engine.wipe()
    return _engine

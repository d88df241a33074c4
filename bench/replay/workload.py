"""What a replay is made of: a project, and the commits of its history."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.replay import made_up
from bench.replay.bases import Base

MAIN = "main"


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """One commit, built once by each strategy on an engine with nothing in it.

    Attributes:
        kind: what sort of change it is; the tables have a row for each.
        change: what it changes in the project, given its folder.
        may_run: how the instructions that have to run begin, as `stage: TEXT`.
        scope: the branch that it is built on.
        moves: the names of the base images whose tags have moved since the last commit.
    """

    kind: str
    change: Callable[[Path], None]
    may_run: tuple[str, ...]
    scope: str = MAIN
    moves: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """A project with a history.

    Attributes:
        title: what it is, for tables.
        dockerfile: its text.
        stages: in file order, with the base image that each goes back to.
        targets: the stages that are published.
        checks: the stages that are run for their results.
        create: writes all files but the Dockerfile into a folder, smaller by a power of two.
    """

    name: str
    title: str
    bases: tuple[Base, ...]
    dockerfile: str
    stages: Mapping[str, str]
    targets: tuple[str, ...]
    checks: tuple[str, ...]
    create: Callable[[Path, int], None]
    commits: tuple[Commit, ...]


def nothing(_: Path) -> None:
    """No change."""


def append(*names: str) -> Callable[[Path], None]:
    """A change of files: each gets one more line, another one each time."""

    def change(context: Path) -> None:
        for name in names:
            path = context / name
            with path.open("a", encoding="utf-8") as file:
                file.write(f"# changed at {path.stat().st_size}\n")

    return change


def require(name: str, package: str) -> Callable[[Path], None]:
    """A change of a list of packages: one more."""

    def change(context: Path) -> None:
        with (context / name).open("a", encoding="utf-8") as file:
            file.write(f"{package}\n")

    return change


def write_folder(folder: Path, *, count: int, kilobytes: int, shrink: int) -> None:
    """A folder of so many files."""
    made = made_up.files(folder.name, count=max(count >> shrink, 1), size=kilobytes << 10 >> shrink)
    for name, data in made:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    (folder / "main").write_text(f"{folder.name}\n", encoding="utf-8")


def write_lists(context: Path, lists: dict[str, tuple[str, ...]]) -> None:
    """Lists of packages, one a line."""
    for name, packages in lists.items():
        path = context / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(f"{package}\n" for package in packages), encoding="utf-8")

"""How certain the hits are: every strategy, every kind of commit, a wiped engine before every build.

    python -m bench.trials [--trials 20] [--suite sid] [--kind KIND]… [STRATEGY…]

For each strategy and kind of commit it counts the trials in which no instruction ran that did not have to.
The counts come from the report of `stageplan run`, never from log text.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import lab
from lab.buildkitd import BuildKit

DOCKERFILE = """\
FROM busybox:1.37 AS base
WORKDIR /src

FROM base AS deps
COPY deps.txt ./
RUN sort deps.txt > deps.sorted
ENV DEPS=/src/deps.sorted

FROM deps AS build
COPY app.txt ./
RUN cat deps.sorted app.txt > app.out

FROM base AS assets
COPY assets.txt ./
RUN tr a-z A-Z < assets.txt > assets.out

FROM busybox:1.37 AS final
COPY --from=build /src/app.out /srv/
COPY --from=assets /src/assets.out /srv/
RUN cat /srv/* > /all.txt
CMD ["cat", "/all.txt"]
"""

BUILD = ("build: COPY app.txt", "build: RUN cat")
FINAL = ("final: COPY --from=build", "final: COPY --from=assets", "final: RUN cat")
DEPS = ("deps: COPY", "deps: RUN")


@dataclass(frozen=True)
class Kind:
    """A kind of commit.

    Attributes:
        change: what it changes in the context.
        scope: on which branch it is built.
        seeds: the scopes that are built before it, each with the unchanged context.
        may_run: how the instructions that have to run begin.
        fails_first: whether it is built once before with a last instruction that fails.
    """

    name: str
    change: Callable[[Path], None]
    scope: str
    seeds: tuple[str, ...]
    may_run: tuple[str, ...]
    fails_first: bool = False


def _nothing(_: Path) -> None:
    return


def _source(context: Path) -> None:
    (context / "app.txt").write_text("changed\n")


def _dependencies(context: Path) -> None:
    (context / "deps.txt").write_text("changed\n")


KINDS = (
    Kind("nothing changed", _nothing, "main", ("main",), ()),
    Kind("source changed", _source, "main", ("main", "main"), BUILD + FINAL),
    Kind("dependencies changed", _dependencies, "main", ("main", "main"), DEPS + BUILD + FINAL),
    Kind("after a failed run", _dependencies, "main", ("main",), FINAL, fails_first=True),
    Kind("new branch", _nothing, "branch", ("main",), ()),
    Kind("branch and main", _nothing, "branch", ("main", "branch"), ()),
)
_LAYERS = {
    "buildah": ("--engine", "buildah"),
    "podman": ("--engine", "podman"),
    "buildah-keyed": ("--engine", "buildah", "--strategy", "keyed"),
    "podman-keyed": ("--engine", "podman", "--strategy", "keyed"),
}
STRATEGIES = ("registry", "inline", "local", "classic", "archive", "keyed", *_LAYERS)

Machine = lab.Engine | lab.BuildahHost | BuildKit


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--trials", type=int, default=20)
    parser.add_argument("--suite", choices=("sid", "trixie"), default="sid", help="the engine's Debian suite")
    parser.add_argument("--kind", action="append", choices=[kind.name for kind in KINDS], help="default: all")
    parser.add_argument("strategies", nargs="*", default=STRATEGIES)
    chosen = parser.parse_args()
    print("| strategy | kind of commit | no needless re-run | needless |\n|---|---|---|---|", flush=True)
    for strategy in chosen.strategies:
        kinds = [kind for kind in KINDS if kind.name in (chosen.kind or [kind.name])]
        for kind, needless in trials(strategy, kinds, chosen.trials, chosen.suite):
            good = sum(not extra for extra in needless)
            extras = "; ".join(sorted({text for extra in needless for text in extra}))
            print(f"| {strategy} | {kind.name} | {good}/{len(needless)} | {extras} |", flush=True)


def trials(
    strategy: str, kinds: Sequence[Kind], count: int, suite: lab.Suite
) -> Iterator[tuple[Kind, list[tuple[str, ...]]]]:
    """For each kind of commit, what ran needlessly in each trial."""
    with lab.Registry() as hub, _machine(strategy, hub, suite) as engine:
        lab.seed(hub)
        for kind in kinds:
            yield kind, needless(engine, strategy, kind, count)


def _machine(strategy: str, hub: lab.Registry, suite: lab.Suite) -> Machine:
    if strategy in _LAYERS:
        return lab.BuildahHost(hub)
    return lab.Engine(suite, mirror=hub.url, containerd_store=strategy not in {"classic", "archive"})


def needless(engine: Machine, strategy: str, kind: Kind, count: int) -> list[tuple[str, ...]]:
    """In each trial, the instructions that ran although nothing they depend on changed."""
    with lab.Registry() as seeded, tempfile.TemporaryDirectory() as folder:
        _seed(engine, seeded, strategy, kind, Path(folder))
        return [_trial(engine, seeded, strategy, kind, folder) for _ in range(count)]


def dockerfile(engine: Machine) -> str:
    """The Dockerfile, with base images where this machine finds them without asking anybody else."""
    if isinstance(engine, lab.BuildahHost):
        return engine.localized(DOCKERFILE)
    return DOCKERFILE


def _seed(engine: Machine, registry: lab.Registry, strategy: str, kind: Kind, folder: Path) -> None:
    """The builds that come before: the folder and the registry are as the last runner left them."""
    context = folder / "context"
    context.mkdir()
    (context / "Dockerfile").write_text(dockerfile(engine))
    for name in ("deps", "app", "assets"):
        (context / f"{name}.txt").write_text(f"{name}\n")
    for scope in kind.seeds:
        engine.wipe()
        _run(engine, registry, strategy, context, scope)
    kind.change(context)
    if kind.fails_first:
        engine.wipe()
        (context / "Dockerfile").write_text(dockerfile(engine) + "RUN false\n")
        _run(engine, registry, strategy, context, kind.scope, fails=True)
        (context / "Dockerfile").write_text(dockerfile(engine))


def _trial(engine: Machine, seeded: lab.Registry, strategy: str, kind: Kind, folder: str) -> tuple[str, ...]:
    """What one trial ran needlessly."""
    with lab.Registry(holds=seeded) as registry, tempfile.TemporaryDirectory() as own:
        context = Path(shutil.copytree(folder, own, dirs_exist_ok=True)) / "context"
        engine.wipe()
        ran = _run(engine, registry, strategy, context, kind.scope)
    return tuple(text for text in ran if not text.startswith(kind.may_run or ("\0",)))


def _run(
    engine: Machine,
    registry: lab.Registry,
    strategy: str,
    context: Path,
    scope: str,
    *,
    fails: bool = False,
) -> tuple[str, ...]:
    """The instructions that a run of stageplan ran, as `stage: text`."""
    report = context.parent / "report.json"
    way = _LAYERS.get(strategy, ("--strategy", strategy))
    words = [sys.executable, "-m", "stageplan", "run", ".", *way, "--scope", scope]
    words += ["--image", f"{registry.host}/app", "--fallback-scope", "main", "--report", str(report)]
    words += ["--cache-dir", str(context.parent / "cache")]
    done = subprocess.run(words, cwd=context, env=engine.env, check=False, capture_output=True, text=True)
    if (done.returncode != 0) is not fails:
        raise RuntimeError(done.stderr)
    return instructions_that_ran(report)


def instructions_that_ran(report: Path) -> tuple[str, ...]:
    """The instructions that ran, by the report of a run, as `stage: text`, in the order of the file."""
    return tuple(
        f"{stage['name']}: {instruction['text']}"
        for stage in json.loads(report.read_bytes())["stages"]
        for instruction in stage["instructions"]
        if not instruction["cached"]
    )


if __name__ == "__main__":
    main()

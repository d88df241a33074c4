"""`make bench`: the performance tables that the README quotes, medians of alternating runs."""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from bench.contexts import print_contexts
from bench.graphs import print_graphs
from stageplan.dockerfile.reader import read_dockerfile
from stageplan.graph import build_graph
from stageplan.plan.facts import EngineFacts
from stageplan.plan.options import PlanOptions
from stageplan.plan.planner import make_plan
from stageplan.stages.options import BuildOptions

ROUNDS = 9
SIZES = (10, 100, 1_000, 10_000)


def main() -> None:
    """Prints the tables."""
    with tempfile.TemporaryDirectory() as folder:
        context = Path(folder)
        (context / "Dockerfile").write_text(dockerfile(10))
        _start_up(context)
    print()
    _scaling()
    print()
    print_graphs()
    print()
    print_contexts()


def dockerfile(stages: int) -> str:
    """A Dockerfile of so many stages, each with five instructions, each needing one or two earlier ones."""
    lines = []
    for index in range(stages):
        base = f"s{index - 1}" if index % 10 else "busybox:1.37"
        lines.append(f"FROM {base} AS s{index}")
        if index > 1:
            lines.append(f"COPY --from=s{index // 2} /out /in{index}")
        lines += [f"COPY src/{index} /src", f"ENV STEP={index}", "WORKDIR /work", f"RUN make step-{index}"]
    return "\n".join(lines) + "\n"


def _start_up(context: Path) -> None:
    commands = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "stageplan --version": [sys.executable, "-m", "stageplan", "--version"],
        "stageplan graph --offline, 10 stages": [
            *(sys.executable, "-m", "stageplan", "graph", "--offline", str(context)),
        ],
        "stageplan plan, 10 stages": [
            *(sys.executable, "-m", "stageplan", "plan", str(context)),
            *("--image", "registry.example.com/app", "--offline"),
        ],
    }
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(ROUNDS):
        for name, words in commands.items():
            times[name].append(_seconds(partial(subprocess.run, words, check=True, capture_output=True)))
    print("| command | median |\n|---|---|")
    for name, found in times.items():
        print(f"| `{name}` | {statistics.median(found) * 1000:.0f} ms |")


def _scaling() -> None:
    build_graph(read_dockerfile(b"FROM scratch", "Dockerfile"), BuildOptions())  # imports are start-up's
    print("| stages | read + graph + plan | per stage |\n|---|---|---|")
    for size in SIZES:
        text = dockerfile(size).encode()
        rounds = ROUNDS if size < 10_000 else 3
        median = statistics.median(_seconds(partial(_plan, text)) for _ in range(rounds))
        print(f"| {size:,} | {median * 1000:.1f} ms | {median / size * 1e6:.0f} µs |")


def _plan(text: bytes) -> None:
    source = read_dockerfile(text, "Dockerfile")
    graph = build_graph(source, BuildOptions())
    options = PlanOptions(context=".", dockerfile="Dockerfile", name="app", image="registry.example.com/app")
    make_plan(graph, options, EngineFacts(reachable=False))


def _seconds(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()

"""The graph of large files: time by size, and time and memory of whole commands."""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from stageplan.dockerfile.reader import read_dockerfile
from stageplan.graph import build_graph
from stageplan.stages.options import BuildOptions

SIZES = (1_250, 2_500, 5_000, 10_000, 20_000)
LARGE = 10_000
COMMANDS = (("graph",), ("graph", "--json"), ("check",))
ROUNDS = 3
# what the kernel tells of a child also counts what its parent held when it was started
WITH_MEMORY = """
import re, sys
from stageplan.cli import main
try:
    main()
finally:
    print(re.search("VmHWM:\\s+([0-9]+)", open("/proc/self/status").read())[1], file=sys.stderr)
"""


def print_graphs() -> None:
    build_graph(read_dockerfile(b"FROM scratch", "Dockerfile"), BuildOptions())  # imports are start-up's
    print("| stages | lines | read + graph | per stage |\n|---|---|---|---|")
    for size in SIZES:
        text = dockerfile(size).encode()
        median = statistics.median(_graph_seconds(text) for _ in range(ROUNDS))
        print(f"| {size:,} | {size * 5:,} | {median * 1000:.0f} ms | {median / size * 1e6:.0f} µs |")
    print(f"\n| {LARGE:,} stages, {LARGE * 5:,} lines | median | most memory |\n|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "Dockerfile").write_text(dockerfile(LARGE))
        for words in COMMANDS:
            runs = [_run((*words, "--offline", folder)) for _ in range(ROUNDS)]
            seconds, memory = statistics.median(run[0] for run in runs), max(run[1] for run in runs)
            print(f"| `stageplan {' '.join(words)}` | {seconds:.2f} s | {memory >> 10:,} MB |")


def dockerfile(stages: int) -> str:
    """A Dockerfile of so many stages of five lines, each needing one or two earlier ones."""
    lines = []
    for index in range(stages):
        base = f"s{index - 1}" if index % 10 else "busybox:1.37"
        needed = f"--from=s{index // 2} /out" if index > 1 else "out"
        lines += [f"FROM {base} AS s{index}", f"COPY {needed} /in{index}", f"COPY src/{index} /src"]
        lines += [f"ENV STEP_{index}={index}", f"RUN make step-{index}"]
    return "\n".join(lines) + "\n"


def _graph_seconds(text: bytes) -> float:
    started = time.perf_counter()
    _ = build_graph(read_dockerfile(text, "Dockerfile"), BuildOptions()).reachable
    return time.perf_counter() - started


def _run(words: Sequence[str]) -> tuple[float, int]:
    """Seconds and KiB of a command of stageplan."""
    started = time.perf_counter()
    done = subprocess.run(
        (sys.executable, "-c", WITH_MEMORY, *words),
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    return time.perf_counter() - started, int(done.stderr.split()[-1])

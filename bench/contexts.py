"""How long the keys of a large build context take, which a plan makes before it asks a registry."""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

STAGES, FILES, FOLDERS = 20, 20_000, 400
ROUNDS = 5
BASE = f"registry.example.com/base@sha256:{'1' * 64}"
SETTLED = 2.1  # what was written within two seconds is read again


def print_contexts() -> None:
    """Prints the table: nothing kept from earlier runs, and all of it."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        _write(root / "context")
        time.sleep(SETTLED)
        cold = [_seconds(root, fresh=True) for _ in range(ROUNDS)]
        warm = [_seconds(root, fresh=False) for _ in range(ROUNDS)]
    print(f"| keys of {STAGES} stages that read {FILES:,} files, start-up included | median |\n|---|---|")
    print(f"| first run on a machine | {statistics.median(cold) * 1000:.0f} ms |")
    print(f"| later runs | {statistics.median(warm) * 1000:.0f} ms |")


def _write(context: Path) -> None:
    """A context of which most stages copy a part, and the last copies all."""
    for number in range(FOLDERS):
        folder = context / f"part{number % STAGES}" / f"module{number}"
        folder.mkdir(parents=True)
        for file in range(FILES // FOLDERS):
            (folder / f"{file}.py").write_bytes(f"{number} {file}\n".encode() * (20 + file * 4))
    parts = [f"FROM base AS part{number}\nCOPY part{number} /src\nRUN make\n" for number in range(STAGES - 2)]
    copies = [f"COPY --from=part{number} /out /{number}\n" for number in range(STAGES - 2)]
    text = f"FROM {BASE} AS base\n{''.join(parts)}FROM base AS last\nCOPY . /all\n{''.join(copies)}"
    (context / "Dockerfile").write_text(text)
    (context / ".dockerignore").write_text(".git\n**/*.pyc\n**/__pycache__\nnode_modules\n")


def _seconds(root: Path, *, fresh: bool) -> float:
    cache = root / "cache"
    if fresh:
        shutil.rmtree(cache, ignore_errors=True)
        images = cache / "stageplan/images"
        images.mkdir(parents=True)
        for platform in ("linux-amd64", "linux-arm64"):
            config = {"environment": {}, "onbuild": [], "working_directory": ""}
            (images / f"sha256-{'1' * 64}-{platform}.json").write_text(json.dumps(config))
    words = [sys.executable, "-m", "stageplan", "explain", "last", str(root / "context"), "--offline"]
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache)}
    started = time.perf_counter()
    subprocess.run(words, check=True, capture_output=True, env=environment)
    return time.perf_counter() - started

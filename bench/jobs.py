"""`python -m bench.jobs`: how long a file of jobs takes where each job has a machine of its own."""

import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import lab

HEAVY = 4
SECONDS = 20
_SHIM = """\
#!/bin/sh
# `stageplan` on a machine that nobody has used: the next engine of those that are ready.
number=1
until mkdir "{pool}/$number.taken" 2> {pool}/none; do number=$((number + 1)); done
started=$(date +%s.%N)
DOCKER_HOST=$(cat "{pool}/$number") "{python}" -m stageplan "$@" > "{pool}/$number.log" 2>&1
code=$?
echo "$started $(date +%s.%N) $*" >> "{pool}/times"
exit $code
"""


def dockerfile() -> str:
    """Independent stages that each take a while, and one that copies from all of them."""
    stages = [f"FROM busybox:1.37 AS s{at}\nRUN sleep {SECONDS}; echo {at} > /{at}\n" for at in range(HEAVY)]
    copies = [f"COPY --from=s{at} /{at} /\n" for at in range(HEAVY)]
    return "\n".join((*stages, "FROM busybox:1.37 AS app\n" + "".join(copies)))


def main() -> None:
    """Prints the seconds of all jobs, of the longest way through them, and of each beside its own work."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        context, pool = Path(folder, "app"), Path(folder, "pool")
        context.mkdir()
        pool.mkdir()
        (context / "Dockerfile").write_text(dockerfile())
        hub = stack.enter_context(lab.Registry())
        lab.seed(hub, ["busybox:1.37"])
        registry = stack.enter_context(lab.Registry())
        image = f"--image={registry.host}/app"
        words = [sys.executable, "-m", "stageplan", "script", "--format=make", image, "-o", "jobs.mk"]
        subprocess.run(words, cwd=context, check=True)
        machines = [lab.Engine(lab.engine_suite(), mirror=hub.url) for _ in range(HEAVY + 2)]  # one a job
        for number, engine in enumerate(machines, start=1):
            (pool / str(number)).write_text(stack.enter_context(engine).host)
        shim = pool / "stageplan"
        shim.write_text(_SHIM.format(pool=pool, python=sys.executable))
        shim.chmod(0o755)
        client = machines[0].env
        env = client | {"PATH": f"{pool}:{client['PATH']}", "STAGEPLAN_SCOPE": "main"}
        started = time.monotonic()
        subprocess.run(["make", "-f", "jobs.mk", f"-j{HEAVY}"], cwd=context, env=env, check=True)
        _print(time.monotonic() - started, (pool / "times").read_text().splitlines())


def _print(seconds: float, lines: list[str]) -> None:
    jobs = {}
    for line in lines:
        begin, end, *words = line.split(" ")
        name = next((word.partition("=")[2] for word in words if word.startswith("--stage=")), "publish")
        jobs[name] = float(end) - float(begin)
    heavy = [jobs[f"s{at}"] for at in range(HEAVY)]
    print(f"{HEAVY} stages of {SECONDS} s each, {len(jobs)} jobs, an engine each, {os.cpu_count()} cores")
    print(f"  all jobs                    {seconds:6.1f} s")
    print(f"  longest way through them    {max(heavy) + jobs['app'] + jobs['publish']:6.1f} s")
    print(f"  a stage's job, without RUN  {max(heavy) - SECONDS:6.1f} s")
    print(f"  the last stage's job        {jobs['app']:6.1f} s")
    print(f"  the job that moves the tags {jobs['publish']:6.1f} s")


if __name__ == "__main__":
    main()

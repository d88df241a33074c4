"""What a compose file or a bake file builds, as docker's buildx reads it."""

from pathlib import Path

from stageplan.errors import UsageError
from stageplan.system.process import Processes


def printed_bake(file: str, folder: Path, processes: Processes) -> bytes:
    """The targets as JSON, variables filled in from the environment and `.env`; no engine is asked.

    Args:
        file: its path, seen from the folder.
        folder: what the paths in it start from.

    Raises:
        UsageError: buildx refuses it, or is not there.
    """
    done = processes.run(("docker", "buildx", "bake", "--file", file, "--print"), cwd=folder)
    if done.code == 0:
        return done.stdout
    lines = [line for line in done.stderr.decode("utf-8", "replace").splitlines() if line.strip()]
    reasons = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")] or lines
    if "unknown command" in "\n".join(lines):
        raise UsageError(
            "services-buildx",
            f"'{file}' is read by docker's buildx, and docker has none",
            hint="install docker's buildx plugin",
        )
    raise UsageError(
        "services-unreadable",
        f"buildx cannot read '{folder / file}': {' '.join(reasons[-1:])}",
        hint="correct the file; docker buildx bake --print shows what it says",
    )

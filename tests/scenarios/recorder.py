"""The commands of docker that a program issues, which then really run."""

from pathlib import Path

import lab

_SCRIPT = """\
#!/bin/sh
line=$(printf '%s\\t' "$@")
printf '%s\\n' "$line" >>"$RECORD"
exec "$DOCKER" "$@"
"""


def recorded(engine: lab.Engine, folder: Path, cwd: Path, *words: str | Path) -> list[list[str]]:
    """The commands that change something, in order, as the program issued them.

    Args:
        folder: where to put a `docker` that writes its words down and then is docker.
        cwd: where the program runs.
        words: the program.
    """
    bin_folder = folder / "bin"
    bin_folder.mkdir(exist_ok=True)
    (bin_folder / "docker").write_text(_SCRIPT)
    (bin_folder / "docker").chmod(0o755)
    record = folder / "record"
    record.write_text("")
    path = engine.env["PATH"]
    docker = next(found for part in path.split(":") if (found := Path(part, "docker")).is_file())
    ours = {"PATH": f"{bin_folder}:{path}", "DOCKER": str(docker), "RECORD": str(record)}
    engine.run(*words, cwd=cwd, env=ours)
    lines = [line.rstrip("\t\n").split("\t") for line in record.read_text().splitlines()]
    return [comparable(line) for line in lines if _changes(line)]


def comparable(words: list[str]) -> list[str]:
    """Without what a run adds to watch its builds, and without digests and the names of temporary files."""
    kept = [word for word in words if not word.startswith(("--progress=", "--metadata-file="))]
    kept = ["--file=DERIVED" if word.startswith("--file=/") else word for word in kept]
    return [word if "@sha256:" not in word else word.partition("@")[0] for word in kept]


def _changes(words: list[str]) -> bool:
    asks = {"inspect", "version", "info", "ls", "image"}
    return not asks & set(words[:3]) and "--help" not in words


def recorded_programs(host: lab.BuildahHost, folder: Path, cwd: Path, *words: str | Path) -> list[list[str]]:
    """The same for buildah and podman, each with its name before its words.

    Args:
        host: the machine.
        folder: where to put the programs that write their words down.
        cwd: where the program runs.
        words: the program.
    """
    bin_folder = folder / "bin"
    bin_folder.mkdir(exist_ok=True)
    for program in ("buildah", "podman"):
        text = _SCRIPT.replace('exec "$DOCKER"', f"exec /usr/bin/{program}")
        text = text.replace("""printf '%s\\t' "$@\"""", f"""printf '%s\\t' {program} "$@\"""")
        (bin_folder / program).write_text(text)
        (bin_folder / program).chmod(0o755)
    record = folder / "record"
    record.write_text("")
    host.run(*words, cwd=cwd, env={"PATH": f"{bin_folder}:{host.env['PATH']}", "RECORD": str(record)})
    lines = [line.rstrip("\t\n").split("\t") for line in record.read_text().splitlines()]
    return [line for line in lines if line[1] in {"build", "push"}]

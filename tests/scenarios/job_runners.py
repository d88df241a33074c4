"""Projects whose jobs are really run: by make, by act as GitHub would, by gitlab-ci-local as GitLab would."""

import json
import shutil
import socketserver
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import yaml

import lab
from lab.ci_tools import GITLAB, node_program
from tests.scenarios.keyed_project import STAGEPLAN

FIXTURES = Path(__file__).parents[2] / "fixtures"
_PROGRAMS = Path(sys.executable).parent  # where stageplan and act are
_FRESH = """\
import socket, sys
with socket.socket(socket.AF_UNIX) as asked:
    asked.connect(sys.argv[1])
    assert asked.recv(2) == b"ok"
"""
_FILES = {
    "make": "jobs.mk",
    "github": ".github/workflows/image.yml",
    "gitlab": ".gitlab-ci.yml",
    "argo": "argo.yml",
    "tekton": "tekton.yml",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A fixture with a Dockerfile, and how it is built.

    Attributes:
        folder: in `fixtures/`.
        files: what its context holds besides.
        options: of every command.
        images: the images that it publishes.
        environment: what the machine that builds has in its environment.
        secrets: those of it that are secret.
    """

    folder: str
    files: dict[str, str] = field(default_factory=dict)
    options: tuple[str, ...] = ()
    images: tuple[str, ...] = ("app",)
    environment: dict[str, str] = field(default_factory=dict)
    secrets: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A git repository made of a fixture."""

    source: Source
    folder: Path
    engine: lab.Engine
    registry: lab.Registry

    @classmethod
    def make(cls, source: Source, folder: Path, engine: lab.Engine, registry: lab.Registry) -> "Project":
        """The fixture as a repository of its own, with one commit."""
        shutil.copytree(FIXTURES / source.folder, folder)
        for name, content in source.files.items():
            (folder / name).write_text(content)
        for path in (folder, *folder.rglob("*")):  # a checkout elsewhere has the modes that git keeps
            path.chmod(0o755 if path.is_dir() else 0o644)
        project = cls(source=source, folder=folder, engine=engine, registry=registry)
        project.run("git", "init", "--quiet", "--initial-branch=main", ".")
        project.run("git", "remote", "add", "origin", "https://github.com/team/app.git")
        project.commit()
        return project

    def options(self, name: str) -> tuple[str, ...]:
        """What every command of stageplan is given, to publish under a name of its own."""
        image = "{target}" if "{target}" in "".join(self.source.images) else self.source.images[0]
        return ("--image", f"{self.registry.host}/{name}/{image}", *self.source.options)

    def run(self, *words: str | Path, env: dict[str, str] | None = None, check: bool = True) -> str:
        """What a program prints that has stageplan and act on its PATH.

        Raises:
            CommandError: it fails, and `check` holds.
        """
        path = f"{_PROGRAMS}:{self.engine.env['PATH']}"
        home = self.folder.parent / "home"  # the engine's own goes with the engine
        home.mkdir(exist_ok=True)
        given = {"PATH": path, "HOME": str(home)} | (env or {})
        done = self.engine.run(*words, cwd=self.folder, env=given, check=check)
        return done.stdout + done.stderr

    def commit(self) -> None:
        """All files are committed."""
        who = ("-c", "user.name=team", "-c", "user.email=team@example.com")
        self.run("git", "add", "--all")
        self.run("git", *who, "commit", "--quiet", "--allow-empty", "--message", "change")

    def build(self, name: str) -> None:
        """`stageplan run` on this machine."""
        words = (*STAGEPLAN, "run", "--strategy", "keyed", "--scope", "main", *self.options(name))
        self.run(*words, env=self.source.environment)

    def write_jobs(self, system: str, *more: str, setup: str = "") -> None:
        """The file of jobs, which publishes under the name of the system, is committed."""
        file = self.folder / _FILES[system]
        file.parent.mkdir(parents=True, exist_ok=True)
        words = ("--format", system, "--setup", setup, "-o", str(file.relative_to(self.folder)))
        self.run(*STAGEPLAN, "script", *words, *self.options(system), *more)
        self.commit()

    def run_pods(self, system: str, *, read_only: bool = False) -> str:
        """What the jobs print that Kubernetes would start, each by its own script, one after the other."""
        first, *others = yaml.safe_load_all((self.folder / _FILES[system]).read_text())
        given = {"SCOPE": "main", "FALLBACK_SCOPE": "main", "READ_ONLY": str(read_only).lower()}
        env = self.source.environment | given
        told = ""
        if system == "argo":
            graph, job = first["spec"]["templates"]
            for task in graph["dag"]["tasks"]:
                if read_only and "when" in task:
                    continue
                stages = task["arguments"]["parameters"][0]["value"]
                container = job["container"]
                told += self.run(*container["command"], *container["args"], env=env | {"STAGES": stages})
            return told
        script = self.folder.parent / "script"
        script.write_text(first["spec"]["steps"][0]["script"])
        for task in others[0]["spec"]["tasks"]:
            if not (read_only and "when" in task):
                told += self.run("sh", script, *task["params"][0]["value"], env=env)
        return told

    def run_jobs(
        self, system: str, *more: str, environment: dict[str, str] | None = None, check: bool = True
    ) -> str:
        """What the system prints that runs the jobs.

        Args:
            more: words for the program that stands for the system.
            environment: besides that of the source, or in its place.
        """
        given = self.source.environment | (environment or {})
        match system:
            case "make":
                return self.run("make", "-f", _FILES[system], "-j2", *more, env=given, check=check)
            case "github":
                return self.run("act", *more, *_act_words(self.source, given), check=check)
            case _:
                program = node_program(GITLAB)
                words = [word for pair in given.items() for word in ("--variable", "=".join(pair))]
                return self.run(program, "--force-shell-executor", *words, *more, check=check)


def _act_words(source: Source, given: dict[str, str]) -> Iterator[str]:
    """The words for act: where it runs, and the secrets and variables of the repository."""
    yield from ("--workflows", _FILES["github"], "--platform", "ubuntu-latest=-self-hosted")
    yield from ("--container-daemon-socket", "-", "--concurrent-jobs", "1")
    for name, value in given.items():
        yield from ("--secret" if name in source.secrets else "--var", f"{name}={value}")


def pull_request(folder: Path, repository: str) -> Path:
    """What GitHub says of a pull request that comes from a repository."""
    event = {
        "pull_request": {
            "number": 1,
            "head": {"ref": "change", "repo": {"full_name": repository}},
            "base": {"ref": "main"},
        },
        "repository": {"default_branch": "main"},
    }
    file = folder / "event.json"
    file.write_text(json.dumps(event))
    return file


def merge_request(project: str) -> dict[str, str]:
    """What GitLab says of a merge request that comes from a project."""
    return {
        "CI_MERGE_REQUEST_IID": "1",
        "CI_MERGE_REQUEST_SOURCE_PROJECT_PATH": project,
        "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": "change",
        "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
    }


@contextmanager
def fresh_engines(engine: lab.Engine, folder: Path) -> Iterator[str]:
    """A command for sh that gives whoever runs it an engine with nothing in it, at the same address."""

    class Answer(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            engine.wipe()
            self.request.sendall(b"ok")

    asking = folder / "fresh.py"
    asking.write_text(_FRESH)
    address = str(folder / "fresh")
    with socketserver.UnixStreamServer(address, Answer) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"{sys.executable} {asking} {address}"
        server.shutdown()
        thread.join()

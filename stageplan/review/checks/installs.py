"""Which commands install packages, and which files of the context they need for it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from stageplan.graph import StageInstruction
from stageplan.review.checks.shell_commands import shell_commands

_LOCAL = re.compile(r"\.\.?(/.*)?|\.\[.*|/.*|file:.*|.*\.(deb|rpm|apk|whl|tgz|zip|tar\.\w+)|.*\$|.*`.*|<+")
_VALUE_IS_FILE = frozenset({"-r", "--requirement", "-c", "--constraint"})
_MEANS_LOCAL = frozenset({"-e", "--editable", "--path"})
_ASKS = frozenset({"--help", "--version", "-v"})
_FETCHES_NOTHING = frozenset({"--offline", "--local", "--no-index"})
_RUNS_FILES = frozenset(
    {".", "bash", "cat", "cp", "ln", "mv", "patch", "sed", "sh", "source", "tar", "unzip"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Installer:
    """A program that installs packages.

    Attributes:
        program: its name.
        verbs: what it is told to do so, any of these; "" for nothing at all.
        manifests: the files that name the packages; "" where the command line does.
        without_project: the option that leaves the project itself out, where it would be installed, too.
    """

    program: str
    verbs: tuple[str, ...]
    manifests: str = ""
    without_project: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Install:
    """A command that installs packages.

    Attributes:
        installer: the program.
        command: program and verb, as a person would name them.
        reads_manifests: it takes the names of the packages from files of the project.
        reads_project: it may need more of the context than those files.
    """

    installer: Installer
    command: str
    reads_manifests: bool
    reads_project: bool


INSTALLERS = (
    Installer(program="apt", verbs=("install",)),
    Installer(program="apt-get", verbs=("install",)),
    Installer(program="apk", verbs=("add",)),
    Installer(program="dnf", verbs=("install",)),
    Installer(program="microdnf", verbs=("install",)),
    Installer(program="tdnf", verbs=("install",)),
    Installer(program="yum", verbs=("install",)),
    Installer(program="zypper", verbs=("install", "in")),
    Installer(program="gem", verbs=("install",)),
    Installer(program="cargo", verbs=("install",)),
    Installer(program="cargo", verbs=("fetch",), manifests="Cargo.toml and Cargo.lock"),
    Installer(program="pip", verbs=("install",), manifests="requirements.txt"),
    Installer(
        program="uv",
        verbs=("sync",),
        manifests="pyproject.toml and uv.lock",
        without_project="--no-install-project",
    ),
    Installer(
        program="poetry",
        verbs=("install",),
        manifests="pyproject.toml and poetry.lock",
        without_project="--no-root",
    ),
    Installer(
        program="pdm",
        verbs=("install", "sync"),
        manifests="pyproject.toml and pdm.lock",
        without_project="--no-self",
    ),
    Installer(program="pipenv", verbs=("install", "sync"), manifests="Pipfile and Pipfile.lock"),
    Installer(program="npm", verbs=("ci", "install", "i"), manifests="package.json and package-lock.json"),
    Installer(program="pnpm", verbs=("install", "i"), manifests="package.json and pnpm-lock.yaml"),
    Installer(program="pnpm", verbs=("fetch",), manifests="pnpm-lock.yaml"),
    Installer(program="yarn", verbs=("install", ""), manifests="package.json and yarn.lock"),
    Installer(program="bun", verbs=("install", "i"), manifests="package.json and bun.lock"),
    Installer(program="go", verbs=("mod download",), manifests="go.mod and go.sum"),
    Installer(
        program="mvn",
        verbs=("dependency:go-offline", "dependency:resolve"),
        manifests="pom.xml",
    ),
    Installer(program="gradle", verbs=("dependencies",), manifests="the build.gradle files"),
    Installer(
        program="composer",
        verbs=("install",),
        manifests="composer.json and composer.lock",
        without_project="--no-scripts --no-autoloader",
    ),
    Installer(program="bundle", verbs=("install",), manifests="Gemfile and Gemfile.lock"),
    Installer(program="dotnet", verbs=("restore",), manifests="the project files"),
    Installer(program="mix", verbs=("deps.get",), manifests="mix.exs and mix.lock"),
)


def installs_of(instruction: StageInstruction) -> Iterator[Install]:
    """The commands of a RUN that install packages, up to one that reads files in a way of its own."""
    for words in shell_commands(instruction):
        if words[0] in _RUNS_FILES or words[0].startswith("$"):
            return
        for installer in INSTALLERS:
            if installer.program == words[0] and (verb := _verb(installer, words[1:])) is not None:
                yield _install(installer, verb, words[1:])


def _verb(installer: Installer, words: tuple[str, ...]) -> str | None:
    """The verb that the words tell the program, or None where they tell it something else."""
    plain = tuple(word for word in words if not word.startswith("-"))
    if "run" in plain or not (_ASKS | _FETCHES_NOTHING).isdisjoint(words):
        return None
    for verb in installer.verbs:
        wanted = tuple(verb.split())
        if not wanted and not plain:
            return verb
        if wanted and any(plain[at : at + len(wanted)] == wanted for at in range(min(2, len(plain)))):
            return verb
    return None


def _install(installer: Installer, verb: str, words: tuple[str, ...]) -> Install:
    is_global = not {"-g", "--global"}.isdisjoint(words)
    is_pip = installer.program == "pip"
    names_file = any(word.startswith(tuple(_VALUE_IS_FILE)) for word in words)
    return Install(
        installer=installer,
        command=f"{installer.program} {verb}".rstrip(),
        reads_manifests=bool(installer.manifests) and not is_global and (names_file or not is_pip),
        reads_project=_names_local_file(words),
    )


def _names_local_file(words: tuple[str, ...]) -> bool:
    """One of the words names a file that is no list of packages."""
    before = ""
    for word in words:
        if word.startswith(">"):
            return False
        if word in _MEANS_LOCAL or (before not in _VALUE_IS_FILE and _LOCAL.fullmatch(word)):
            return True
        before = word
    return False

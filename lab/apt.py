"""Debian packages of any suite, downloaded through the machine's own apt sources and left uninstalled."""

import os
import platform
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

ATTEMPTS = 3
SOURCES = Path("/etc/apt/sources.list.d")
ONE_LINE_SOURCES = Path("/etc/apt/sources.list")


class AptError(Exception):
    """What apt or dpkg said when it failed."""


def install(packages: Sequence[str]) -> None:
    """Packages of the machine's own suite, installed."""
    _retry(["apt-get", "update"])
    _retry(["apt-get", "install", "-y", "--no-install-recommends", *packages])


def unpack(suite: str, packages: Sequence[str], prefix: Path) -> None:
    """The files of a suite's packages under a prefix, without their dependencies and scripts."""
    with tempfile.TemporaryDirectory(prefix="sp-apt-") as name:
        folder = Path(name)
        options = _private_apt(suite, folder)
        _retry(["apt-get", *options, "update"])
        _retry(["apt-get", *options, "download", *packages], cwd=folder)
        for package in sorted(folder.glob("*.deb")):
            _run(["dpkg-deb", "--extract", str(package), str(prefix)])


def source_for(suite: str, texts: Iterable[str], *, codename: str) -> str:
    """The source that the machine's own release comes from, with another suite, in apt's deb822 form.

    Args:
        suite: the suite to name instead.
        texts: apt's source files, deb822 and one-line style alike.
        codename: what the machine's own release is called; sources without it are not Debian's main ones.

    Raises:
        AptError: no source has that release.
    """
    for text in texts:
        for paragraph in text.split("\n\n"):
            fields = _fields(paragraph)
            if codename in fields.get("Suites", "").split() and fields.get("Enabled") != "no":
                signed = f"Signed-By: {fields['Signed-By']}\n" if "Signed-By" in fields else ""
                return _source(fields["URIs"], suite) + signed
        for line in text.splitlines():
            words = line.split()
            if words[:1] == ["deb"] and codename in words:
                return _source(words[words.index(codename) - 1], suite)
    raise AptError(f"apt has no source with the suite '{codename}'")


def _source(uri: str, suite: str) -> str:
    return f"Types: deb\nURIs: {uri}\nSuites: {suite}\nComponents: main\n"


def _fields(paragraph: str) -> dict[str, str]:
    """The fields of a deb822 paragraph that have one line each."""
    lines = (line for line in paragraph.splitlines() if not line.startswith(("#", " ")))
    pairs = (line.split(":", maxsplit=1) for line in lines if ":" in line)
    return {name: value.strip() for name, value in pairs}


def _private_apt(suite: str, folder: Path) -> list[str]:
    """Options of apt to read one suite alone and to keep lists and cache apart from the machine's."""
    for name in ("parts", "lists/partial", "cache/archives/partial"):
        (folder / name).mkdir(parents=True)
    files = [*sorted(SOURCES.glob("*.sources")), ONE_LINE_SOURCES]
    texts = [file.read_text(encoding="utf-8") for file in files if file.exists()]
    codename = platform.freedesktop_os_release().get("VERSION_CODENAME", "")
    source = source_for(suite, texts, codename=codename)
    (folder / "parts/suite.sources").write_text(source, encoding="utf-8")
    settings = {
        "Dir::Etc::SourceList": "/dev/null",
        "Dir::Etc::SourceParts": folder / "parts",
        "Dir::Etc::PreferencesParts": "/dev/null",
        "Dir::State::Lists": folder / "lists",
        "Dir::State::Status": "/dev/null",  # else it wants the version that is installed, from wherever
        "Dir::Cache": folder / "cache",
        "Acquire::Languages": "none",
        "APT::Update::Error-Mode": "any",  # else an update that reached nothing counts as done
        "APT::Sandbox::User": "root",  # the folder is ours alone, apt's own user cannot enter it
    }
    return [word for key, value in settings.items() for word in ("-o", f"{key}={value}")]


def _retry(words: Sequence[str], *, cwd: Path | None = None) -> None:
    """Success within a few attempts, since a mirror may be busy for a moment."""
    for _ in range(ATTEMPTS - 1):
        try:
            _run(words, cwd=cwd)
        except AptError:
            continue
        return
    _run(words, cwd=cwd)


def _run(words: Sequence[str], *, cwd: Path | None = None) -> None:
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}
    result = subprocess.run(words, cwd=cwd, capture_output=True, text=True, check=False, env=env)
    if result.returncode:
        said = (result.stderr or result.stdout).strip().splitlines()
        raise AptError(f"{words[0]} failed: {said[-1] if said else result.returncode}")

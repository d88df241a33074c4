"""Debian packages of any suite, downloaded through the machine's own apt sources and left uninstalled."""

import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

ATTEMPTS = 3
SOURCES = Path("/etc/apt/sources.list.d/debian.sources")
OLD_SOURCES = Path("/etc/apt/sources.list")


class AptError(Exception):
    """What apt or dpkg said when it failed."""


def install(packages: Sequence[str]) -> None:
    """Packages of the machine's own suite, installed."""
    _retry(["apt-get", "update"])
    _retry(["apt-get", "install", "-y", "--no-install-recommends", *packages])


def unpack(suite: str, packages: Sequence[str], prefix: Path) -> None:
    """The files of a suite's packages under a prefix, without their dependencies and scripts."""
    with tempfile.TemporaryDirectory(prefix="stageplan-apt-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # apt downloads as its own user
        options = _private_apt(suite, folder)
        _retry(["apt-get", *options, "update"])
        _retry(["apt-get", *options, "download", *packages], cwd=folder)
        for package in sorted(folder.glob("*.deb")):
            _run(["dpkg-deb", "--extract", str(package), str(prefix)])


def _private_apt(suite: str, folder: Path) -> list[str]:
    """apt's options to read one suite alone and to keep lists and cache apart from the machine's."""
    for name in ("parts", "lists/partial", "cache/archives/partial"):
        (folder / name).mkdir(parents=True)
    (folder / "parts" / "suite.sources").write_text(_sources_for(suite), encoding="utf-8")
    settings = {
        "Dir::Etc::SourceList": "/dev/null",
        "Dir::Etc::SourceParts": folder / "parts",
        "Dir::Etc::PreferencesParts": "/dev/null",
        "Dir::State::Lists": folder / "lists",
        "Dir::Cache": folder / "cache",
        "Acquire::Languages": "none",
        "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled": "false",
        "APT::Sandbox::User": "root",
    }
    return [word for key, value in settings.items() for word in ("-o", f"{key}={value}")]


def _sources_for(suite: str) -> str:
    """The machine's first Debian source with another suite, in apt's deb822 form."""
    if SOURCES.exists():
        return _rewrite(SOURCES.read_text(encoding="utf-8"), suite)
    if OLD_SOURCES.exists():
        return _rewrite_one_line(OLD_SOURCES.read_text(encoding="utf-8"), suite)
    raise AptError(f"no Debian source in {SOURCES} or {OLD_SOURCES}")


def _rewrite(text: str, suite: str) -> str:
    """The first paragraph of a deb822 file with `Suites: <suite>` and `Components: main`."""
    paragraph = next((part for part in text.split("\n\n") if "URIs:" in part), None)
    if paragraph is None:
        raise AptError(f"no source in {SOURCES}")
    changed = {"suites": f"Suites: {suite}", "components": "Components: main"}
    lines = (line for line in paragraph.splitlines() if line and not line.startswith("#"))
    return "\n".join(changed.get(line.split(":")[0].lower(), line) for line in lines) + "\n"


def _rewrite_one_line(text: str, suite: str) -> str:
    """The first `deb` line of a one-line-style file as a deb822 paragraph for a suite."""
    for line in text.splitlines():
        words = line.split()
        if words[:1] == ["deb"]:
            uri = next(word for word in words[1:] if "://" in word)
            keyring = "/usr/share/keyrings/debian-archive-keyring.gpg"
            return f"Types: deb\nURIs: {uri}\nSuites: {suite}\nComponents: main\nSigned-By: {keyring}\n"
    raise AptError(f"no source in {OLD_SOURCES}")


def _retry(words: Sequence[str], *, cwd: Path | None = None) -> None:
    """Success within a few attempts, since a mirror may be busy for a moment."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return _run(words, cwd=cwd)
        except AptError:
            if attempt == ATTEMPTS:
                raise
    return None


def _run(words: Sequence[str], *, cwd: Path | None = None) -> None:
    result = subprocess.run(
        words,
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"},
    )
    if result.returncode:
        said = (result.stderr or result.stdout).strip().splitlines()
        raise AptError(f"{' '.join(words[:1])} failed: {said[-1] if said else result.returncode}")

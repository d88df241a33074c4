"""Platforms: `os[(version)][/architecture[/variant]]`, under the names that images use.

Source: containerd's `platforms` package, with which BuildKit reads `--platform`.
"""

import posixpath
import re
from dataclasses import dataclass, replace

from stageplan.dockerfile.quoting import quoted

_OS_PATTERN = r"^([A-Za-z0-9_-]+)(?:\(([A-Za-z0-9_.-]*)\))?$"
_PART_PATTERN = r"^[A-Za-z0-9_.-]+$"
_OS = re.compile(_OS_PATTERN.replace("$", r"\Z"))
_PART = re.compile(_PART_PATTERN.replace("$", r"\Z"))
_MOST_PARTS = 3

_KNOWN_SYSTEMS = frozenset(
    {
        "aix",
        "android",
        "darwin",
        "dragonfly",
        "freebsd",
        "hurd",
        "illumos",
        "ios",
        "js",
        "linux",
        "nacl",
        "netbsd",
        "openbsd",
        "plan9",
        "solaris",
        "windows",
        "zos",
    }
)
_KNOWN_ARCHITECTURES = frozenset(
    {
        "386",
        "amd64",
        "amd64p32",
        "arm",
        "armbe",
        "arm64",
        "arm64be",
        "ppc64",
        "ppc64le",
        "loong64",
        "mips",
        "mipsle",
        "mips64",
        "mips64le",
        "mips64p32",
        "mips64p32le",
        "ppc",
        "riscv",
        "riscv64",
        "s390",
        "s390x",
        "sparc",
        "sparc64",
        "wasm",
    }
)
_ARM_VARIANTS = {"": "v7", "5": "v5", "6": "v6", "7": "v7", "8": "v8"}
_ARM64_VARIANTS = {"8": "", "v8": "", "v8.0": "", "9": "v9", "9.0": "v9", "v9.0": "v9"}


class InvalidPlatformError(ValueError):
    """A text that names no platform; the text is the engine's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """What an image runs on.

    Attributes:
        os: operating system, lower case.
        architecture: under the name that images use, such as `amd64`.
        variant: of the architecture, such as `v7`; "" for the usual one.
        os_version: of Windows; "" elsewhere.
    """

    os: str
    architecture: str
    variant: str = ""
    os_version: str = ""

    def format(self) -> str:
        """The platform as `--platform` takes it, without the version of the operating system."""
        return _joined(self.os, self.architecture, self.variant)

    def format_all(self) -> str:
        """The platform with the version of the operating system, where it has one."""
        version = f"({self.os_version})" if self.os_version else ""
        return _joined(self.os + version, self.architecture, self.variant)

    def normalized(self) -> "Platform":
        """The same platform under the one name by which two of them are compared."""
        architecture, variant = _normalized_architecture(self.architecture, self.variant)
        return replace(self, os=_normalized_os(self.os), architecture=architecture, variant=variant)


LINUX_AMD64 = Platform(os="linux", architecture="amd64")


def parse_platform(text: str, default: Platform = LINUX_AMD64) -> Platform:
    """The platform that a text names.

    Args:
        text: `linux`, `arm64`, `linux/arm64`, `linux/arm/v7`, `windows(10.0.17763)/amd64`.
        default: the machine that builds; it gives the part that a single word leaves out.

    Raises:
        InvalidPlatformError: the text names none.
    """
    if "*" in text:
        raise _invalid(f"{quoted(text)}: wildcards not yet supported")
    first, *parts = text.split("/", _MOST_PARTS)
    system = _OS.match(first)
    if not system:
        raise _invalid(
            f"{quoted(first)} is an invalid OS component of {quoted(text)}: "
            f"OSAndVersion specifier component must match {quoted(_OS_PATTERN)}"
        )
    for part in parts:
        if not _PART.match(part):
            raise _invalid(
                f"{quoted(part)} is an invalid component of {quoted(text)}: "
                f"platform specifier component must match {quoted(_PART_PATTERN)}"
            )
    if len(parts) == _MOST_PARTS:
        raise _invalid(f"{quoted(text)}: cannot parse platform specifier")
    if not parts:
        return _from_one_word(text, _normalized_os(system[1]), system[2] or "", default)
    architecture, variant = _normalized_architecture(*parts)
    if len(parts) == 1:
        variant = _without_default_arm(architecture, variant)
    elif architecture == "arm64":
        variant = variant or "v8"
    return Platform(
        os=_normalized_os(system[1]), architecture=architecture, variant=variant, os_version=system[2] or ""
    )


def _from_one_word(word: str, system: str, version: str, default: Platform) -> Platform:
    """The platform of an operating system or of an architecture alone."""
    if system in _KNOWN_SYSTEMS:
        variant = default.variant if default.architecture == "arm" else ""
        return Platform(
            os=system,
            architecture=default.architecture,
            variant=_without_default_arm(default.architecture, variant),
            os_version=version,
        )
    architecture, variant = _normalized_architecture(word)
    if architecture not in _KNOWN_ARCHITECTURES:
        raise _invalid(f"{quoted(word)}: unknown operating system or architecture")
    return Platform(
        os=default.os,
        architecture=architecture,
        variant=_without_default_arm(architecture, variant),
        os_version=version,
    )


def _invalid(message: str) -> InvalidPlatformError:
    return InvalidPlatformError(f"{message}: invalid argument")


def _joined(*parts: str) -> str:
    return posixpath.normpath("/".join(part for part in parts if part))


def _without_default_arm(architecture: str, variant: str) -> str:
    return "" if (architecture, variant) == ("arm", "v7") else variant


def _normalized_os(name: str) -> str:
    name = name.lower()
    return "darwin" if name == "macos" else name


def _normalized_architecture(architecture: str, variant: str = "") -> tuple[str, str]:
    """The name and variant that images use, for any of the names that people use."""
    architecture, variant = architecture.lower(), variant.lower()
    match architecture:
        case "i386":
            return "386", ""
        case "x86_64" | "x86-64" | "amd64":
            return "amd64", "" if variant == "v1" else variant
        case "aarch64" | "arm64":
            return "arm64", _ARM64_VARIANTS.get(variant, variant)
        case "armhf":
            return "arm", "v7"
        case "armel":
            return "arm", "v6"
        case "arm":
            return "arm", _ARM_VARIANTS.get(variant, variant)
        case _:
            return architecture, variant

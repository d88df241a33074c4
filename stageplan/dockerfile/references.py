"""Image references: what a name in a Dockerfile stands for in a registry.

Source: the grammar of the distribution project's `reference` package, which every Docker tool shares.
"""

import re
from dataclasses import dataclass

DEFAULT_DOMAIN = "docker.io"
DEFAULT_TAG = "latest"
OFFICIAL_PREFIX = "library/"
_LEGACY_DOMAIN = "index.docker.io"
_LONGEST_PATH = 255

_LABEL = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?"
_DOMAIN = rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?"
_PART = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_DIGEST = r"[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}"
_REFERENCE = re.compile(
    rf"(?:(?P<domain>{_DOMAIN})/)?(?P<path>{_PART}(?:/{_PART})*)"
    rf"(?::(?P<tag>[a-zA-Z0-9_][a-zA-Z0-9_.-]{{0,127}}))?(?:@(?P<digest>{_DIGEST}))?"
)
_IDENTIFIER = re.compile(r"[a-f0-9]{64}")
_CHECKSUM = re.compile(r"[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[a-zA-Z0-9=_-]+")
_HEX_LENGTHS = {"sha256": 64, "sha384": 96, "sha512": 128}


class InvalidReferenceError(ValueError):
    """A text that names no image; the text is the engine's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """An image in a registry.

    Attributes:
        domain: the registry's host, with its port if it has one; "" for `a.b_c/x`, which starts with no host.
        path: the repository in that registry.
        tag: None where none is written.
        digest: `algorithm:hex`, or None where none is written.
    """

    domain: str
    path: str
    tag: str | None = None
    digest: str | None = None

    @property
    def name(self) -> str:
        """The repository with its registry: no tag, no digest."""
        return f"{self.domain}/{self.path}" if self.domain else self.path

    @property
    def normalized(self) -> str:
        """The whole reference: `docker.io/library/alpine:latest` for `alpine`."""
        tag = self.tag if self.tag or self.digest else DEFAULT_TAG
        return _written(self.name, tag, self.digest)

    @property
    def familiar(self) -> str:
        """The reference as people write it: without the default registry, with a tag only if it has one."""
        name = self.name
        if self.domain == DEFAULT_DOMAIN:
            official = self.path.removeprefix(OFFICIAL_PREFIX)
            name = self.path if "/" in official else official
        return _written(name, self.tag, self.digest)


def parse_reference(text: str) -> Reference:
    """The image that a text names.

    Raises:
        InvalidReferenceError: it names none.
    """
    if _IDENTIFIER.fullmatch(text):
        raise InvalidReferenceError(
            f"invalid repository name ({text}), cannot specify 64-byte hexadecimal strings"
        )
    domain, rest = _split_domain(text)
    repository = rest.partition(":")[0]
    if repository.lower() != repository:
        raise InvalidReferenceError(
            f"invalid reference format: repository name ({repository}) must be lowercase"
        )
    whole = f"{domain}/{rest}"
    match = _REFERENCE.fullmatch(whole)
    if match is None:
        if _REFERENCE.fullmatch(whole.lower()):
            raise InvalidReferenceError("repository name must be lowercase")
        raise InvalidReferenceError("invalid reference format")
    if len(match["path"]) > _LONGEST_PATH:
        raise InvalidReferenceError(f"repository name must not be more than {_LONGEST_PATH} characters")
    if match["digest"]:
        _check_digest(match["digest"])
    return Reference(
        domain=match["domain"] or "", path=match["path"], tag=match["tag"], digest=match["digest"]
    )


def _written(name: str, tag: str | None, digest: str | None) -> str:
    return name + (f":{tag}" if tag else "") + (f"@{digest}" if digest else "")


def _split_domain(text: str) -> tuple[str, str]:
    """The registry and the rest: a first part is only a registry when it cannot be part of a path."""
    first, slash, rest = text.partition("/")
    if not slash:
        return DEFAULT_DOMAIN, OFFICIAL_PREFIX + text
    if first == _LEGACY_DOMAIN:
        domain = DEFAULT_DOMAIN
    elif first == "localhost" or "." in first or ":" in first or first.lower() != first:
        domain = first
    else:
        return DEFAULT_DOMAIN, text
    if domain == DEFAULT_DOMAIN and "/" not in rest:
        rest = OFFICIAL_PREFIX + rest
    return domain, rest


def _check_digest(digest: str) -> None:
    algorithm, _, encoded = digest.partition(":")
    length = _HEX_LENGTHS.get(algorithm)
    if length is None:
        known_form = _CHECKSUM.fullmatch(digest)
        raise InvalidReferenceError(
            "unsupported digest algorithm" if known_form else "invalid checksum digest format"
        )
    if len(encoded) != length:
        raise InvalidReferenceError("invalid checksum digest length")
    if encoded != encoded.lower():
        raise InvalidReferenceError("invalid checksum digest format")
